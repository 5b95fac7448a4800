import type { Client } from '../client.ts';
import { AssistantError } from '../errors.ts';
import { createEmitter, type ClientEvents } from '../events.ts';
import type { RequestOptions } from '../options.ts';
import type { EventMessage, InputOf, OperationName, PendingMessage } from '../protocol/index.ts';
import { createStream } from '../stream.ts';
import { check, type Issue } from './check.ts';
import { contractSchema } from './contract-schema.ts';

/**
 * Makes a client that compares what it sends and what it gets with the wire contract.
 *
 * - A request whose fields are wrong is rejected, and nothing is sent.
 * - A reply that is wrong rejects its request; what the request has done is done.
 * - An event that is wrong reaches no listener and no stream. It is told of by `error` instead, as is
 *   a `pending` notice that is wrong.
 *
 * Each is an `AssistantError` with the code `invalid_message`, whose `details.issues` list the
 * `{path, message}` of each fault. Fields and events that a newer server adds pass as they are.
 *
 * @example
 * const client = validate(createClient({ url: '/ide/ws' }));
 * client.on('error', (error) => report(error.message, error.details));
 */
export function validate(client: Client): Client {
  const errors = createEmitter<Pick<ClientEvents, 'error'>>();
  const verdicts = new WeakMap<object, boolean>();

  /** Looks at a message once, however many listen to it, and tells of a wrong one once. */
  const isValid = (message: EventMessage | PendingMessage): boolean => {
    const known = verdicts.get(message);
    if (known !== undefined) return known;
    const { type } = message;
    const schema =
      type === 'pending' ? contractSchema.pending : schemaOf(contractSchema.events, type);
    const error = schema && invalid(`The message ${type}`, check(schema, message));
    if (error) errors.emit('error', error);
    verdicts.set(message, !error);
    return !error;
  };
  // An event that nobody listens to is told of as well.
  client.on('event', isValid);

  const on: Client['on'] = (name, listener) => {
    if (name === 'error') {
      const stops = [
        client.on(name, listener),
        errors.on('error', listener as (error: AssistantError) => void),
      ];
      return () => stops.forEach((stop) => stop());
    }
    if (name !== 'event' && !schemaOf(contractSchema.events, name))
      return client.on(name, listener);
    return client.on(name, (event) => {
      if (isValid(event as EventMessage)) listener(event);
    });
  };

  const withChecks = (options: RequestOptions = {}): RequestOptions => ({
    ...options,
    onPending(pending) {
      if (isValid(pending)) options.onPending?.(pending);
    },
  });

  return Object.assign(Object.create(client) as Client, {
    on,
    async request(type, input, options) {
      const refused = faultOfInput(type, input, options);
      if (refused) throw refused;
      return accept(type, client.request(type, input, withChecks(options)));
    },
    stream(type, input, options) {
      const refused = faultOfInput(type, input, options);
      if (refused) {
        return createStream(on, { requestId: '', result: Promise.reject(refused), cancel() {} });
      }
      const { requestId, result, cancel } = client.stream(type, input, withChecks(options));
      // A stream of its own: it mends a hole that a wrong event has left, when the reply is there.
      return createStream(on, { requestId, result: accept(type, result), cancel });
    },
  } satisfies Pick<Client, 'on' | 'request' | 'stream'>);
}

function faultOfInput<N extends OperationName>(
  type: N,
  input: InputOf<N>,
  options: RequestOptions | undefined,
): AssistantError | undefined {
  const schema = schemaOf(contractSchema.inputs, type);
  const fields = { ...input, request_id: options?.requestId };
  return invalid(
    `The request ${type}`,
    schema ? check(schema, fields) : [{ path: 'type', message: 'is not known' }],
  );
}

/** Passes a reply on if it is as it should be. */
async function accept<Output>(type: OperationName, reply: Promise<Output>): Promise<Output> {
  const output = await reply;
  const error = invalid(`The reply to ${type}`, check(contractSchema.replies[type]!, output));
  if (error) throw error;
  return output;
}

function schemaOf<S>(schemas: Record<string, S>, name: string): S | undefined {
  return Object.hasOwn(schemas, name) ? schemas[name] : undefined;
}

function invalid(what: string, issues: Issue[]): AssistantError | undefined {
  if (issues.length === 0) return undefined;
  // A list of a thousand wrong nodes stays readable; `details` has them all.
  const faults = issues.slice(0, 8).map(({ path, message }) => `${path || 'it'} ${message}`);
  const list = faults.join('; ') + (issues.length > 8 ? '; …' : '');
  return new AssistantError('invalid_message', `${what} is not valid: ${list}`, {
    details: { issues },
  });
}
