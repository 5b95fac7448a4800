import type { ChatEntry, DiffEntry, IdeState, OpenFile, Run } from '@ide-assistant/sdk';
import type { Alert, Approval, ConnectMessage, OutputOf } from '@ide-assistant/sdk/protocol';

/** A valid hash of one repeated hex digit. */
export const hashOf = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** The server's greeting. */
export function connectMessage(model: string | null = 'test-model'): ConnectMessage {
  return {
    type: 'connect',
    session_id: 's_test',
    connection_id: 'c_test',
    client_id: 'client-test',
    epoch: 'e_test',
    seq: 0,
    resumed: false,
    user: { id: 'ada', roles: ['developer'] },
    expires_at: null,
    protocol: 1,
    limits: {
      message_bytes: 2_097_152,
      file_bytes: 1_048_576,
      output_bytes: 51_200,
      execution_ms: 10_000,
      heartbeat_ms: 30_000,
    },
    capabilities: {
      languages: ['python', 'javascript', 'typescript', 'bash'],
      terminal: true,
      sandbox: { driver: 'bubblewrap', isolation: 'namespace', protections: {} },
      assistant: { name: 'builtin', model },
    },
  };
}

/** State of an `Ide` that is connected and knows an empty workspace. */
export function ideState(patch: Partial<IdeState> = {}): IdeState {
  return {
    status: { state: 'connected', connect: connectMessage() },
    queued: 0,
    tree: [],
    treeTruncated: false,
    files: [],
    activePath: null,
    runs: [],
    scans: {},
    messages: [],
    typing: false,
    diffs: [],
    approvals: [],
    ...patch,
  };
}

/** An open, unmodified file. */
export function openFile(patch: Partial<OpenFile> = {}): OpenFile {
  const content = patch.content ?? 'print("hello")\n';
  return {
    path: 'app.py',
    content,
    savedContent: content,
    hash: hashOf('a'),
    language: 'python',
    modified: false,
    saving: false,
    ...patch,
  };
}

/** A finding on the first line. */
export function finding(patch: Partial<Alert> = {}): Alert {
  return {
    rule: 'py/eval',
    message: 'eval runs whatever text it is given',
    severity: 'critical',
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 5,
    fixable: true,
    confidence: 0.9,
    ...patch,
  };
}

/** Reply of a scan with the findings given. */
export function scanResult(alerts: Alert[], riskScore = 8.5): OutputOf<'security_scan'> {
  return {
    file: 'app.py',
    alerts,
    hunter_alerts: alerts.length,
    static_analysis: { issues: [] },
    risk_score: riskScore,
    severity: alerts[0]?.severity ?? 'none',
    recommendation: alerts.length > 0 ? 'Fix the critical findings first.' : 'Nothing to do.',
    duration_ms: 4,
    verified: true,
    verification_id: 'v_scan',
    timestamp: '2026-01-01T00:00:00.000Z',
  };
}

/** A proposal that changes one line of `app.py`. */
export function diffEntry(patch: Partial<DiffEntry> = {}): DiffEntry {
  return {
    diff_id: 'd_1',
    path: 'app.py',
    language: 'python',
    base_hash: hashOf('a'),
    old_content: 'value = eval(text)\nprint(value)\n',
    new_content: 'import ast\nvalue = ast.literal_eval(text)\nprint(value)\n',
    hunks: [
      {
        id: 'h_1',
        old_start: 1,
        old_lines: 2,
        new_start: 1,
        new_lines: 3,
        lines: [
          '-value = eval(text)',
          '+import ast',
          '+value = ast.literal_eval(text)',
          ' print(value)',
        ],
      },
    ],
    description: 'Parse literals only instead of running them.',
    state: 'proposed',
    ...patch,
  };
}

/** An approval that waits for a developer. */
export function approval(patch: Partial<Approval> = {}): Approval {
  return {
    approval_id: 'a_1',
    request_hash: hashOf('b'),
    action: 'ide_file_delete',
    resource: 'secrets.env',
    reasons: ['Deleting configuration needs a second person.'],
    requested_by: 'grace',
    approvers: ['developer'],
    four_eyes: true,
    expires_at: '2027-01-01T00:00:00.000Z',
    preview: 'file_delete secrets.env',
    state: 'pending',
    ...patch,
  };
}

/** A finished message. */
export function chatEntry(patch: Partial<ChatEntry> = {}): ChatEntry {
  return {
    id: 'm_1',
    role: 'assistant',
    content: 'Done.',
    timestamp: '2026-01-01T00:00:00.000Z',
    state: 'done',
    diffs: [],
    tools: [],
    ...patch,
  };
}

/** A run that ended well. */
export function run(patch: Partial<Run> = {}): Run {
  return {
    executionId: 'x_1',
    requestId: 'r_1',
    language: 'python',
    path: 'app.py',
    chunks: [],
    state: 'done',
    startedAt: 0,
    result: {
      execution_id: 'x_1',
      language: 'python',
      stdout: '',
      stderr: '',
      exit_code: 0,
      signal: null,
      duration_ms: 420,
      success: true,
      timed_out: false,
      truncated: false,
      verified: true,
      verification_id: 'v_run',
      timestamp: '2026-01-01T00:00:00.000Z',
    },
    ...patch,
  };
}
