import { describe, expect, it } from 'vitest';
import { failure } from '../support/operations.ts';
import { approvalOf, bench, diffOf } from './support.ts';

const proof = { verified: true, verification_id: 'v', timestamp: '2026-01-01T00:00:00.000Z' };

describe('a proposal', () => {
  it('is kept whole or in part, or dropped', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['diff_apply'] = ({ diff_id, hunks = ['h1', 'h2'] }) => ({
      ...{ type: 'diff_applied', diff_id, path: 'a.py', hash: 'sha256:1', hunks, ...proof },
    });
    server.handlers['diff_reject'] = ({ diff_id }) => ({
      type: 'diff_rejected',
      diff_id,
      ...proof,
    });
    for (const id of ['d1', 'd2', 'd3', 'd4']) {
      const { type: _, ...diff } = diffOf(id);
      server.session.emit('diff', diff, 'r');
    }
    await it.until(({ diffs }) => diffs.length === 4);
    expect(ide.state.diffs[0]).toEqual({ ...diffOf('d1'), type: undefined, state: 'proposed' });
    await ide.applyDiff('d1');
    await ide.applyDiff('d2', ['h2']);
    await ide.rejectDiff('d3', 'wrong');
    expect(server.received.at(-1)).toMatchObject({ diff_id: 'd3', reason: 'wrong' });
    expect(ide.state.diffs.map(({ state }) => state)).toEqual([
      ...['applied', 'partially_applied', 'rejected', 'proposed'],
    ]);
    server.session.emit('diff_resolved', { diff_id: 'd4', outcome: 'stale' });
    await it.until(({ diffs }) => diffs[3]?.state === 'stale');
  });

  it('on a file that changed since is stale', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['diff_apply'] = () => failure('conflict', 'changed');
    const { type: _, ...diff } = diffOf('d1');
    server.session.emit('diff', diff);
    await it.until(({ diffs }) => diffs.length === 1);
    await expect(ide.applyDiff('d1')).rejects.toMatchObject({ code: 'conflict' });
    expect(ide.state.diffs[0]?.state).toBe('stale');
  });

  it('that is no longer open after a snapshot is gone, a decided one stays', async () => {
    await using it = await bench();
    const { server, ide } = it;
    for (const id of ['d1', 'd2', 'd3']) {
      const { type: _, ...diff } = diffOf(id);
      server.session.emit('diff', diff);
    }
    server.session.emit('diff_resolved', { diff_id: 'd1', outcome: 'applied' });
    await it.until(({ diffs }) => diffs[0]?.state === 'applied');
    server.session.diffs.push(diffOf('d3'));
    server.session.epoch = 'e_restarted';
    await it.cut();
    await it.until(({ diffs }) => diffs.length === 2);
    expect(ide.state.diffs.map(({ diff_id, state }) => `${diff_id} ${state}`)).toEqual([
      'd1 applied',
      'd3 proposed',
    ]);
  });
});

describe('an approval', () => {
  it('appears, is decided with its own hash, and tells what became of it', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['approval_resolve'] = ({ approval_id, decision }) => ({
      ...{ type: 'approval_resolved', approval_id, decision, state: 'executed', ...proof },
    });
    for (const id of ['p1', 'p2']) {
      const { type: _, ...approval } = approvalOf(id);
      server.session.emit('approval_required', approval);
    }
    await it.until(({ approvals }) => approvals.length === 2);
    expect(ide.state.approvals[0]).toMatchObject({
      approval_id: 'p1',
      state: 'pending',
      four_eyes: true,
    });
    await ide.resolveApproval('p1', 'approve', { scope: 'session', comment: 'fine' });
    expect(server.received.at(-1)).toMatchObject({
      ...{ approval_id: 'p1', request_hash: 'sha256:7', decision: 'approve' },
      ...{ scope: 'session', comment: 'fine' },
    });
    server.session.emit('approval_resolved', {
      approval_id: 'p2',
      decision: null,
      by: null,
      state: 'expired',
    });
    await it.until(({ approvals }) => approvals[1]?.state === 'expired');
    expect(ide.state.approvals[0]?.state).toBe('executed');
    await expect(ide.resolveApproval('p9', 'deny')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is found by the list and by a snapshot', async () => {
    await using it = await bench();
    const { server, ide } = it;
    const approval = { ...approvalOf('p1'), state: 'pending' };
    server.handlers['approval_list'] = () => ({
      type: 'approvals',
      approvals: [approval],
      ...proof,
    });
    await ide.listApprovals();
    expect(ide.state.approvals).toEqual([approval]);
    server.session.approvals.push({ ...approvalOf('p2'), state: 'pending' });
    server.session.epoch = 'e_restarted';
    await it.cut();
    await it.until(({ approvals }) => approvals[0]?.approval_id === 'p2');
  });
});

describe('a scan', () => {
  const alert = (rule: string, line: number) => ({
    ...{ rule, message: rule, severity: 'high', line, column: 1, end_line: line, end_column: 2 },
    ...{ fixable: true, confidence: 1 },
  });

  it('is kept by path and follows fixes and quarantine', async () => {
    await using it = await bench();
    const { server, ide } = it;
    let alerts = [alert('a', 1), alert('b', 2)];
    server.handlers['security_scan'] = ({ file_path }) => ({
      ...{ type: 'security_scan_result', file: file_path, alerts, hunter_alerts: alerts.length },
      ...{ static_analysis: { issues: [] }, risk_score: 7, severity: 'high', ...proof },
    });
    server.handlers['auto_fix'] = ({ file_path, issue, preview }) => {
      const remaining = alerts.filter(({ rule }) => rule !== issue && issue !== undefined);
      if (!preview) alerts = remaining;
      return {
        type: 'auto_fix_applied',
        file_path,
        fixes: [],
        diff: '',
        remaining,
        hash: 'h',
        ...proof,
      };
    };
    server.handlers['auto_quarantine'] = ({ file_path }) => ({
      ...{ type: 'file_quarantined', original_path: file_path, quarantine_path: 'q', ...proof },
    });
    server.write('a.py', '');
    await ide.openFile('a.py');
    await ide.scanFile('a.py');
    await ide.fixIssue('a.py', 'a', { preview: true });
    expect(ide.state.scans['a.py']?.alerts).toHaveLength(2);
    await ide.fixIssue('a.py', 'a');
    expect(ide.state.scans['a.py']?.alerts).toEqual([alert('b', 2)]);
    await ide.fixIssue('a.py');
    expect(ide.state.scans).toEqual({});
    await ide.scanFile('a.py');
    await ide.quarantineFile('a.py');
    expect(ide.state).toMatchObject({ scans: {}, files: [], activePath: null });
  });
});

describe('the editor', () => {
  it('makes a new state for each change and tells its subscribers until they leave', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', '');
    const states = new Set();
    const off = ide.subscribe((state) => {
      expect(state).toBe(ide.state);
      states.add(state);
    });
    await ide.openFile('a.py');
    ide.setContent('a.py', 'x');
    expect(states.size).toBe(2);
    off();
    ide.setContent('a.py', 'y');
    expect(states.size).toBe(2);
  });

  it('asks for the proof of what was done', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['audit_get'] = ({ verification_id }) => ({
      type: 'audit_entry',
      line: verification_id,
    });
    await expect(ide.proofOf('v_7')).resolves.toEqual({ line: 'v_7' });
  });

  it('follows the client until it is closed, and leaves the client open', async () => {
    await using it = await bench();
    const { server, client, ide } = it;
    ide.close();
    const before = ide.state;
    server.session.emit('ai_typing', { is_typing: true });
    await client.request('file_create', { path: 'x' });
    expect(ide.state).toBe(before);
    expect(client.status.state).toBe('connected');
  });
});
