import * as z from 'zod';

/**
 * What a repeated request may do.
 * - `read`: has no effect, so it may simply run again.
 * - `once`: has an effect that must not repeat; a repeat gets the kept reply.
 * - `run`: starts a process or a model turn; a repeat joins it, and a crash ends it as `interrupted`.
 */
export type OperationClass = 'read' | 'once' | 'run';

/** Fields that every message may carry beside those of its operation. */
const envelopeFields = {
  request_id: z.string().min(1).max(64).optional(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  session_id: z.string().max(128).optional(),
} as const;

/** One row of the wire contract, from which types, dispatch, policy actions and the reference follow. */
export interface Operation<
  Name extends string = string,
  Reply extends string = string,
  Class extends OperationClass = OperationClass,
  Verified extends boolean = boolean,
  Input extends z.ZodRawShape = z.ZodRawShape,
  Output extends z.ZodRawShape = z.ZodRawShape,
> {
  /** The request's `type` on the wire, snake_case. */
  readonly name: Name;
  /** The `type` of the reply that ends a successful request. */
  readonly reply: Reply;
  /** One sentence for the protocol reference. */
  readonly summary: string;
  /** What a repeat of the request may do. */
  readonly class: Class;
  /** Whether the reply carries `verified`, `verification_id` and `timestamp` of a signed log entry. */
  readonly verified: Verified;
  /** Names of the input fields that hold a path inside the session's workspace. */
  readonly paths: readonly (keyof Input & string)[];
  /**
   * Names of the input fields that may hold what nobody is to read again, as passwords that are
   * typed. They enter no log and no store, not even as a hash, since what is short can be guessed
   * from one; so such a request cannot wait for a person either.
   */
  readonly secrets: readonly (keyof Input & string)[];
  /** Fields of the request, envelope fields included; unknown fields are refused. */
  readonly input: z.ZodObject<Input & typeof envelopeFields, z.core.$strict>;
  /** Fields of the reply, without `type` and `request_id`. */
  readonly output: z.ZodObject<Output>;
}

/** Declares an operation. Only adds types and the envelope fields; registers nothing. */
export function defineOperation<
  const Name extends string,
  const Reply extends string,
  const Class extends OperationClass,
  Input extends z.ZodRawShape,
  Output extends z.ZodRawShape,
  const Verified extends boolean = false,
>(declaration: {
  name: Name;
  reply: Reply;
  summary: string;
  class: Class;
  verified?: Verified;
  paths?: readonly (keyof Input & string)[];
  secrets?: readonly (keyof Input & string)[];
  input: Input;
  output: Output;
}): Operation<Name, Reply, Class, Verified, Input, Output> {
  const {
    verified = false as Verified,
    paths = [],
    secrets = [],
    input,
    output,
    ...names
  } = declaration;
  return {
    ...names,
    verified,
    paths,
    secrets,
    input: z.strictObject({ ...envelopeFields, ...input }),
    output: z.object(output),
  };
}
