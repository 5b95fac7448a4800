import type * as z from 'zod';
import * as operations from './operations/index.ts';

type Operations = typeof operations;

/** Every operation by its wire name. */
export type Contract = {
  readonly [K in keyof Operations as Operations[K]['name']]: Operations[K];
};

/** Wire name of a request. */
export type OperationName = keyof Contract;

/** Fields of a request, without `type` and `request_id`. */
export type InputOf<N extends OperationName> = Omit<
  z.input<Contract[N]['input']>,
  'request_id' | 'session_id'
>;

/** Fields of a request after parsing. */
export type ParsedInputOf<N extends OperationName> = z.output<Contract[N]['input']>;

/** Fields that a verified reply carries beside those of its operation. */
export interface Proof {
  /** Always true: a reply whose entry could not be written is an error instead. */
  verified: true;
  /** Names the signed log entry; `audit_get` returns it. */
  verification_id: string;
  /** When the entry was made, ISO 8601 UTC. */
  timestamp: string;
}

/** Fields that an operation's handler returns: the reply without the proof. */
export type ResultOf<N extends OperationName> = z.output<Contract[N]['output']>;

/** Fields of a reply, without `type` and `request_id`. */
export type OutputOf<N extends OperationName> = Contract[N]['verified'] extends true
  ? ResultOf<N> & Proof
  : ResultOf<N>;

/** What a repeat of the operation may do. */
export type ClassOf<N extends OperationName> = Contract[N]['class'];

/** The declared operations by wire name; the one table behind types, dispatch, policies and docs. */
export const contract = Object.fromEntries(
  Object.values(operations).map((operation) => [operation.name, operation]),
) as unknown as Contract;

/** Tells whether a message type names an operation. */
export function isOperationName(type: string): type is OperationName {
  return Object.hasOwn(contract, type);
}

/** The policy and audit action of an operation. */
export function actionOf<N extends OperationName>(name: N): `ide_${N}` {
  return `ide_${name}`;
}
