/**
 * What trust costs: deciding, recording and proving, each beside an anchor that is measured in the
 * same round. Processor times are those of this thread, so that other programs change them little;
 * only what waits for the disk is measured by the clock.
 */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog, verifyInclusion, type ActionStatement } from '@ide-assistant/server-kit';
import { createRevocations, type Identity } from '../packages/server-kit/src/auth/index.ts';
import {
  createPolicyEngine,
  type PolicyEngine,
  type PolicyRequest,
} from '../packages/server-kit/src/governance/index.ts';
import { MerkleTree, verifyLog } from '../packages/server-kit/src/verification/index.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const entries = Number(process.env['BENCH_ENTRIES'] ?? 600);
const leaves = Number(process.env['BENCH_LEAVES'] ?? 1_000_000);
/** Least processor time of one measurement, microseconds: the kernel may count in steps of 4 ms. */
const leastMicroseconds = 60_000;

const directory = await mkdtemp(join(tmpdir(), 'ide-bench-'));
const kibibyte = Buffer.alloc(1_024, 7);
try {
  await appending();
  await deciding();
  await verifying();
  await proving();
  await refusing();
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** A decision, a signature and a durable entry, beside writing and flushing a file of 1 KiB. */
async function appending(): Promise<void> {
  const policy = await createPolicyEngine();
  const log = await openAuditLog({ directory: join(directory, 'append') });
  const { privateKey } = generateKeyPairSync('ed25519');
  const governed = async (): Promise<void> => {
    const decision = policy.decide(requestFor('src/main.py'));
    if (decision.effect !== 'allow') throw new Error('The save was not allowed.');
    await log.append(statementOf(decision.policies, policy));
  };
  const raw = async (index: number): Promise<void> => {
    const handle = await open(join(directory, `raw-${index % 64}`), 'w');
    try {
      await handle.write(kibibyte);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };
  for (const [inFlight, goal] of [
    [32, ' (goal ≤ 0.35)'],
    [1, ''],
  ] as const) {
    const times = { governed: [] as number[], raw: [] as number[], signing: [] as number[] };
    for (let round = -1; round < rounds; round += 1) {
      const ours = await eachMicroseconds(governed, inFlight);
      const theirs = await eachMicroseconds(raw, inFlight);
      const signature = processorMicroseconds(() => sign(null, kibibyte, privateKey));
      // The first round finds every cache empty.
      if (round < 0) continue;
      times.governed.push(ours);
      times.raw.push(theirs);
      times.signing.push(signature);
    }
    console.log(
      `${inFlight} in flight: governed, signed and durable ${median(times.governed).toFixed(0)} µs each, write + fdatasync ${median(times.raw).toFixed(0)} µs`,
    );
    report(`append / (write + fdatasync), ${inFlight} in flight`, times.governed, times.raw, goal);
    // The faster the disk, the more of it all is the one signature that each entry has.
    report('  of that, the Ed25519 signature alone', times.signing, times.raw);
  }
  await log.close();
}

/** A decision that Cedar makes anew, and one that was made before. */
async function deciding(): Promise<void> {
  const fresh = await createPolicyEngine({ memoEntries: 0 });
  const remembering = await createPolicyEngine();
  compare('uncached decision', () => fresh.decide(requestFor('src/main.py')), ' (goal ≤ 110)');
  compare(
    'remembered decision',
    () => remembering.decide(requestFor('src/main.py')),
    ' (goal ≤ 4)',
  );
}

/** A whole log, checked as a stranger does. */
async function verifying(): Promise<void> {
  const where = join(directory, 'verify');
  const policy = await createPolicyEngine();
  const log = await openAuditLog({ directory: where });
  const { policies } = policy.decide(requestFor('src/main.py'));
  const count = entries * 4;
  await Promise.all(Array.from({ length: count }, () => log.append(statementOf(policies, policy))));
  const keys = log.publicJwks;
  await log.close();
  const perSecond: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const since = threadMicroseconds();
    const verdict = await verifyLog({ directory: where, keys });
    perSecond.push((count / (threadMicroseconds() - since)) * 1_000_000);
    const faults = verdict.findings.filter(({ level }) => level === 'error');
    if (verdict.size !== count || faults.length > 0) {
      throw new Error(`The log was not found good: ${JSON.stringify(faults.slice(0, 3))}`);
    }
  }
  console.log(
    `verification: ${median(perSecond).toFixed(0)} entries per second of processor time (goal ≥ 4000)`,
  );
}

/** That an entry is in a large log. */
async function proving(): Promise<void> {
  const tree = new MerkleTree();
  const leafAt = (index: number): Buffer => hash('sha256', `leaf ${index}`, 'buffer');
  for (let index = 0; index < leaves; index += 1) tree.push(leafAt(index));
  const root = tree.root();
  let longest = 0;
  for (let index = 0; index < leaves; index += Math.ceil(leaves / 1_000)) {
    const proof = tree.inclusion(index);
    longest = Math.max(longest, proof.length);
    const claim = { leaf: leafAt(index), index, size: leaves, root, proof };
    if (!verifyInclusion(claim)) throw new Error(`The proof of entry ${index} does not hold.`);
  }
  console.log(`inclusion in a tree of ${leaves}: at most ${longest} hashes (goal ≤ 20)`);
  let index = 0;
  compare('inclusion proof', () => {
    index = (index + 7_919) % leaves;
    return tree.inclusion(index);
  });
}

/** The look at each request whether its token was taken back. */
async function refusing(): Promise<void> {
  const revocations = await createRevocations({
    store: {
      append: () => Promise.resolve(),
      readFrom: () => Promise.resolve({ records: [], last: 0 }),
      forget: () => Promise.resolve(),
    },
    tokenLife: { maxAgeMs: 3_600_000, toleranceMs: 5_000 },
  });
  for (let index = 0; index < 1_000; index += 1) {
    await revocations.revoke({ jti: `revoked-${index}` });
    await revocations.revoke({ subject: `user-${index}` });
  }
  const identity: Identity = {
    userId: 'ada',
    roles: ['developer'],
    expiresAt: Date.now() + 3_600_000,
    tokenId: 'token',
    sid: 'sign-in',
    issuedAt: Date.now(),
  };
  compare('revocation check', () => revocations.isRevoked(identity), ' (goal ≤ 0.2)');
}

function requestFor(path: string): PolicyRequest {
  return {
    principal: { kind: 'user', userId: 'ada', roles: ['developer'] },
    action: 'file_save',
    resource: { kind: 'path', path },
    context: { path, size: 1_024, sessionId: 's_bench' },
  };
}

function statementOf(policies: readonly string[], policy: PolicyEngine): ActionStatement {
  return {
    actor: { sub: 'ada', kind: 'user', sessionId: 's_bench' },
    action: 'ide_file_save',
    phase: 'intent',
    subject: 's_bench:src/main.py',
    inputHash: `sha256:${hash('sha256', kibibyte)}`,
    decision: 'allow',
    policies,
    policyVersion: policy.version,
    risk: 0,
  };
}

/** Measures beside the hash of 1 KiB, in turn, by processor time. */
function compare(name: string, work: () => unknown, goal = ''): void {
  const ours: number[] = [];
  const anchor: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const each = processorMicroseconds(work);
    const hashing = processorMicroseconds(() => hash('sha256', kibibyte));
    if (round < 0) continue;
    ours.push(each);
    anchor.push(hashing);
  }
  console.log(
    `${name}: ${median(ours).toFixed(2)} µs, sha256 of 1 KiB: ${median(anchor).toFixed(2)} µs`,
  );
  report(`${name} / sha256 of 1 KiB`, ours, anchor, goal);
}

function report(name: string, ours: readonly number[], peer: readonly number[], goal = ''): void {
  const ratio = median(ours.map((one, round) => one / (peer[round] ?? Number.NaN)));
  console.log(`${name}: ${ratio.toFixed(2)}${goal}`);
}

/** Processor time of one call, microseconds. */
function processorMicroseconds(work: () => unknown): number {
  for (let count = 64; ; count *= 4) {
    const since = threadMicroseconds();
    for (let index = 0; index < count; index += 1) work();
    const spent = threadMicroseconds() - since;
    if (spent >= leastMicroseconds) return spent / count;
  }
}

function threadMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Time of one run when so many are always under way, microseconds by the clock. */
async function eachMicroseconds(
  work: (index: number) => Promise<void>,
  inFlight: number,
): Promise<number> {
  const total = inFlight === 1 ? Math.ceil(entries / 4) : entries;
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < total) await work(next++);
    }),
  );
  return ((performance.now() - startedAt) * 1_000) / total;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
