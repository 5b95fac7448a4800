import { refuse } from './verification-error.ts';

/** What was done, by whom, to what: the signed content of an entry. */
export interface SignedStatement {
  /** The verification id. */
  readonly id: string;
  /** The entry's place in the log, counted from 0. */
  readonly seq: number;
  /** Leaf hash of the entry before, 64 hex digits; zeros for the first. */
  readonly prev: string;
  /** When the entry was made, ISO 8601 UTC. */
  readonly timestamp: string;
  /** Who acted: a user, the assistant by itself, or the server. */
  readonly actor: {
    readonly sub: string;
    readonly kind: 'user' | 'assistant' | 'server';
    readonly sessionId: string;
  };
  /** As `ide_file_save`. */
  readonly action: string;
  /** As `intent` before an action and `result` after it. */
  readonly phase: string;
  /** What was acted on, as `s_abc:src/a.py`. */
  readonly subject: string;
  /** Hash of the request's input, 64 hex digits. */
  readonly input: { readonly sha256: string };
  /** Hash of what came out, in the same form, and its size in bytes. */
  readonly output?: { readonly sha256?: string; readonly bytes?: number };
  /** Verification id of the intent that a result closes. */
  readonly intent?: string;
  readonly decision?: 'allow' | 'block' | 'review';
  /** Ids of the policies that decided. */
  readonly policies?: readonly string[];
  readonly policyVersion?: string;
  readonly approvalId?: string;
  /** Who approved. */
  readonly approver?: string;
  /** Risk score that the decision saw. */
  readonly risk?: number;
  /** How it ended, as `done`; `unknown` when a crash hid the end. */
  readonly outcome?: string;
  /** In an entry of the phase `key`: the key that signs from the next entry on. */
  readonly key?: { readonly keyid: string };
}

/** What is signed. @see https://github.com/in-toto/attestation/tree/main/spec/v1 */
interface InTotoStatement {
  _type: string;
  subject: [{ name: string; digest: { sha256: string } }];
  predicateType: string;
  predicate: Omit<SignedStatement, 'subject'>;
}

/**
 * Reads what an envelope holds. Its signature is checked before, so its fields are those that a log of
 * this kind writes.
 * @throws VerificationError `STATEMENT` when it is of another kind.
 */
export function readStatement(text: string): SignedStatement {
  const { _type, subject, predicateType, predicate } = JSON.parse(text) as InTotoStatement;
  const [{ name, digest }] = subject;
  if (
    _type !== 'https://in-toto.io/Statement/v1' ||
    predicateType !== 'urn:ide-assistant:action:v1' ||
    // Other tools look at the subject's digest, so it must say the same.
    digest.sha256 !== predicate.input.sha256
  ) {
    refuse('STATEMENT', 'The entry is of another kind.');
  }
  return { ...predicate, subject: name };
}
