import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.ts';
import { bench, gate } from './support.ts';

const textOf = (run: Run | undefined) => run?.chunks.map(({ text }) => text).join('');

describe('a run', () => {
  it('takes the active file as typed and fills with its output', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', 'one');
    await ide.openFile('a.py');
    ide.setContent('a.py', 'line 1\nline 2');
    const states: string[] = [];
    ide.subscribe(({ runs }) => {
      const state = `${runs[0]?.state} ${runs[0]?.chunks.length}`;
      if (states.at(-1) !== state) states.push(state);
    });
    const result = await ide.runCode({ stdin: 'in' });
    expect(server.received.at(-1)).toMatchObject({
      ...{ type: 'code_execute', language: 'python', code: 'line 1\nline 2' },
      ...{ file_path: 'a.py', stdin: 'in' },
    });
    expect(states).toEqual(['running 0', 'running 1', 'running 2', 'done 2']);
    const [run] = ide.state.runs;
    expect(run).toMatchObject({ path: 'a.py', language: 'python', result });
    expect(run?.executionId).toBe(result.execution_id);
    expect(textOf(run)).toBe('line 1\nline 2\n');
  });

  it('takes a file that is not open, or code of its own', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('b.py', 'b');
    expect((await ide.runCode({ path: 'b.py' })).stdout).toBe('b\n');
    expect((await ide.runCode({ code: 'c', language: 'bash' })).stdout).toBe('c\n');
    expect(ide.state.files).toEqual([]);
    await expect(ide.runCode()).rejects.toMatchObject({ code: 'not_found' });
    await expect(ide.runCode({ code: 'c' })).rejects.toMatchObject({
      code: 'unsupported_language',
    });
  });

  it('is stopped on the server as well', async () => {
    await using it = await bench();
    const { server, ide } = it;
    const { held, open } = gate();
    server.handlers['code_execute'] = async (_input, { outcome }) => {
      outcome.abort.signal.addEventListener('abort', open);
      await held;
      return { type: 'cancelled' };
    };
    const running = ide.runCode({ code: 'loop', language: 'python' });
    await it.until(({ runs }) => runs[0]?.state === 'running');
    ide.stopRun();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await held;
    expect(ide.state.runs[0]?.state).toBe('cancelled');
  });

  it('that is refused or fails says so', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['code_execute'] = ({ code }) =>
      code === 'evil'
        ? { type: 'blocked', action: 'ide_code_execute', reason: 'no', audit_id: 'v' }
        : {
            type: 'execution_result',
            execution_id: 'x',
            stdout: '',
            stderr: 'bad',
            success: false,
          };
    await expect(ide.runCode({ code: 'evil', language: 'python' })).rejects.toMatchObject({
      code: 'blocked',
    });
    await ide.runCode({ code: 'bad', language: 'python' });
    expect(ide.state.runs).toMatchObject([
      { state: 'blocked', error: { code: 'blocked', message: 'no' } },
      { state: 'failed', chunks: [{ stream: 'stderr', text: 'bad' }] },
    ]);
  });

  it('asked for while disconnected is queued, then runs once', async () => {
    await using it = await bench();
    const { server, ide } = it;
    await it.lose();
    const running = ide.runCode({ code: 'a', language: 'python' });
    expect(ide.state.runs[0]?.state).toBe('queued');
    await running;
    expect(ide.state.runs[0]?.state).toBe('done');
    expect(server.effects).toHaveLength(1);
  });

  it('cut in the middle has all of its output in the end, whether the server resumes or not', async () => {
    for (const resumes of [true, false]) {
      await using it = await bench();
      const { server, ide } = it;
      const { held, open } = gate();
      const execute = server.handlers['code_execute']!;
      server.handlers['code_execute'] = async (input, context) => {
        const { session, requestId, outcome } = context;
        outcome.executionId = 'x';
        session.emit(
          'execution_start',
          { execution_id: 'x', language: 'python', code_preview: '' },
          requestId,
        );
        outcome.text = 'first\n';
        session.emit(
          'execution_output',
          { execution_id: 'x', output: 'first\n', stream: 'stdout' },
          requestId,
        );
        await held;
        outcome.text = 'first\n';
        return execute(input, context);
      };
      const running = ide.runCode({ code: 'second', language: 'python' });
      await it.until(({ runs }) => textOf(runs[0]) === 'first\n');
      if (!resumes) server.session.epoch = 'e_restarted';
      await it.cut();
      expect(textOf(ide.state.runs[0])).toBe('first\n');
      expect(ide.state.runs[0]?.state).toBe('running');
      open();
      await running;
      expect(textOf(ide.state.runs[0])).toBe('first\nsecond\n');
      expect(server.effects).toHaveLength(1);
    }
  });

  it('of another in the session is shown as well', async () => {
    await using it = await bench();
    const { server } = it;
    const emit = (type: string, fields: object) =>
      server.session.emit(type, { execution_id: 'x', ...fields }, 'theirs');
    emit('execution_start', { language: 'bash', code_preview: '' });
    emit('execution_output', { output: 'hi', stream: 'stdout' });
    emit('execution_complete', { result: { success: true } });
    const { runs } = await it.until((state) => state.runs[0]?.state === 'done');
    expect(runs).toMatchObject([
      { requestId: 'theirs', language: 'bash', chunks: [{ text: 'hi' }] },
    ]);
    server.session.emit(
      'execution_start',
      { execution_id: 'y', language: 'bash', code_preview: '' },
      'r2',
    );
    server.session.emit('execution_error', { execution_id: 'y', error: 'gone' }, 'r2');
    await it.until((state) => state.runs[1]?.error?.message === 'gone');
  });

  it('is forgotten after twenty others', async () => {
    await using it = await bench();
    const { ide } = it;
    for (let index = 0; index < 23; index++)
      await ide.runCode({ code: `${index}`, language: 'bash' });
    expect(ide.state.runs).toHaveLength(20);
    expect(textOf(ide.state.runs[0])).toBe('3\n');
  });
});
