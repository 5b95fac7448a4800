import { expect, it } from 'vitest';
import type { Approval } from '../src/protocol/index.ts';
import { bench } from './ide/support.ts';

const proof = { verified: true, verification_id: 'v', timestamp: '2026-01-01T00:00:00.000Z' };
const approval = { approval_id: 'p1', request_hash: 'sha256:7', preview: 'rm' } as Approval;

it('client.approvals lists what waits and decides by the hash of what was looked at', async () => {
  await using it = await bench();
  const { server, client } = it;
  server.handlers['approval_list'] = () => ({ type: 'approvals', approvals: [approval], ...proof });
  server.handlers['approval_resolve'] = ({ approval_id, decision }) => ({
    ...{ type: 'approval_resolved', approval_id, decision, state: 'approved', ...proof },
  });
  const { approvals } = await client.approvals.list();
  const [first] = approvals;
  await client.approvals.resolve(first!, 'approve', { scope: 'session', comment: 'seen' });
  expect(server.received.at(-1)).toEqual({
    ...{ type: 'approval_resolve', request_id: expect.any(String) as string },
    ...{ approval_id: 'p1', request_hash: 'sha256:7', decision: 'approve' },
    ...{ scope: 'session', comment: 'seen' },
  });
  await client.approvals.resolve({ approval_id: 'p1', request_hash: 'sha256:7' }, 'deny');
  expect(server.received.at(-1)).toEqual({
    ...{ type: 'approval_resolve', request_id: expect.any(String) as string },
    ...{ approval_id: 'p1', request_hash: 'sha256:7', decision: 'deny' },
  });
});

it('client.approvals takes a grant back, and rejects as every request does', async () => {
  await using it = await bench();
  const { server, client } = it;
  server.handlers['grant_revoke'] = ({ grant_id }) => ({
    type: 'grant_revoked',
    grant_id,
    ...proof,
  });
  await expect(client.approvals.revoke('gr_1')).resolves.toMatchObject({ grant_id: 'gr_1' });
  delete server.handlers['grant_revoke'];
  await expect(client.approvals.revoke('gr_1')).rejects.toMatchObject({
    name: 'AssistantError',
  });
});
