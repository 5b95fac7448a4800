/** Frames that no server of this protocol sends; `live` names a request that has no answer yet. */
export function malformedReplies(live: string): readonly (string | Uint8Array)[] {
  const about = (fields: object) => JSON.stringify({ request_id: live, ...fields });
  const event = (type: unknown, fields: object = {}) =>
    JSON.stringify({ type, session_id: 'load', seq: 1, timestamp: 'now', ...fields });
  const values = [null, true, -1, 1.5, 1e308, '', 'x', [], {}, [[]]];
  return [
    // No JSON.
    ...[
      '',
      ' ',
      '{',
      '}',
      '{"type"',
      '{"type":"pong"',
      "{'type':'pong'}",
      'undefined',
      'NaN',
      '\u0000',
    ],
    ...[
      '\ufeff{}',
      '{}{}',
      '<html>',
      'x'.repeat(5_000_000),
      '['.repeat(100_000),
      '{"a":'.repeat(50_000),
    ],
    // No message.
    ...[
      'null',
      'true',
      '0',
      '-1e999',
      '""',
      '"connect"',
      '[]',
      '[{"type":"connect"}]',
      '{}',
      '{"type":null}',
    ],
    ...[
      '{"type":0}',
      '{"type":[]}',
      '{"type":{}}',
      '{"type":""}',
      '{"TYPE":"pong"}',
      '{"__proto__":null}',
    ],
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    `{"type":"nope","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    // No type that we know, with and without an envelope.
    ...[
      'nope',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'status',
      'queue',
      'event',
    ].flatMap((type) => [JSON.stringify({ type }), event(type)]),
    // About no request, or one that was answered long ago.
    ...values.map((request_id) => JSON.stringify({ type: 'pong', request_id })),
    ...['file_saved', 'ai_response', 'pending', 'blocked', 'cancelled', 'error', 'nope'].flatMap(
      (type) => [JSON.stringify({ type }), JSON.stringify({ type, request_id: 'nobody' })],
    ),
    '{"type":"error","code":{},"message":[],"retryable":"no","details":0,"__proto__":{"x":1}}',
    // A notice about a live one says nothing that could be used.
    about({ type: 'pending' }),
    ...values.map((expires_at) => about({ type: 'pending', expires_at })),
    // What begins a connection or ends it, in the middle of one and without what belongs to it.
    ...['{"type":"connect"}', '{"type":"connect","limits":null}', '{"type":"connect","limits":5}'],
    ...values.map((retry_after_ms) => JSON.stringify({ type: 'disconnect', retry_after_ms })),
    '{"type":"disconnect"}',
    // Events without their envelope, or of a number that is none.
    ...['ai_delta', 'session_snapshot', 'concept_update', 'auth_expiring', 'disconnect'].map(
      (type) => JSON.stringify({ type, session_id: 'load' }),
    ),
    ...values.map((seq) => event('ai_delta', { seq })),
    ...[undefined, null, [], [[]], [{}]].map((running) =>
      event('session_snapshot', { seq: undefined, running }),
    ),
    ...values.map((session_id) => event('ai_delta', { session_id })),
    // Binary frames that are no frames of phases.
    ...[0, 1, 15, 16, 17, 1_000].map((size) => new Uint8Array(size).fill(1)),
    new Uint8Array([1, 1, 255, 255, ...Array<number>(12).fill(0)]),
  ];
}
