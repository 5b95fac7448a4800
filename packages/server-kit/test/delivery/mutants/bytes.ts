import type { Mutant } from './mutant.ts';

/** Faults about single bytes and frames, and about a store that is gone. */
export const bytesMutants = {
  'server does not say that it has forgotten': {
    file: 'server-kit/src/transport/connection.ts',
    find: '...(welcome.forgotten ? { forgotten: true } : {}),',
    replace: '',
  },
  'client does not heed that the server has forgotten': {
    file: 'sdk/src/client.ts',
    find: 'requests.flush(greeting?.forgotten);',
    replace: 'requests.flush(false);',
  },
  'server without its guard against what is no JSON': {
    file: 'server-kit/src/transport/frames.ts',
    find: "return new RequestError('invalid_message', 'The frame is not JSON.');",
    replace: "throw new SyntaxError('unguarded');",
  },
  'server takes any request id': {
    file: 'server-kit/src/transport/frames.ts',
    find: "if (typeof requestId !== 'string' || requestId.length < 1 || requestId.length > 64) {",
    replace: 'if (requestId === false) {',
  },
  'server gives back whatever it is told to be a time': {
    file: 'server-kit/src/transport/frames.ts',
    find: 'if (parsed.success) {',
    replace: 'if (parsed) {',
  },
  'server loses what comes before it listens': {
    file: 'server-kit/src/transport/attach.ts',
    find: 'webSocket.pause();',
    replace: '',
  },
  'client without its guard against what is no message': {
    file: 'sdk/src/connection.ts',
    find: '} catch {',
    replace: '} catch (error) { throw error;',
  },
} as const satisfies Record<string, Mutant>;
