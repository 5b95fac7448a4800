/** Sizes and times that the server announces in `connect`; a host may lower or raise them. */
export const defaultLimits = {
  /** Largest frame, bytes. */
  message_bytes: 2_097_152,
  /** Largest file content, bytes. */
  file_bytes: 1_048_576,
  /** Largest output of one run, bytes; more is cut and marked `truncated`. */
  output_bytes: 51_200,
  /** Longest run, milliseconds. */
  execution_ms: 10_000,
  /** How often the server pings, milliseconds. */
  heartbeat_ms: 30_000,
} as const;

/** Largest token, bytes, whichever way it travels. */
export const maxTokenBytes = 8_192;
