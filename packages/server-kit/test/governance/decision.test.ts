import { describe, expect, test } from 'vitest';
import {
  strictestDecision,
  type Decision,
  type ReviewDecision,
} from '../../src/governance/index.ts';

const allow: Decision = { effect: 'allow', policies: ['developers-work'] };
const block: Decision = { effect: 'block', policies: ['b'], code: 'B', reason: 'No' };
const review: ReviewDecision = {
  effect: 'review',
  policies: ['r'],
  code: 'R',
  reasons: ['Why'],
  approvers: ['editor', 'admin'],
  fourEyes: false,
  grantable: true,
  ttlMs: 300_000,
};

describe('a request that touches several paths', () => {
  test('is allowed when each path is', () => {
    expect(strictestDecision([allow, allow])).toEqual(allow);
  });

  test('is blocked when one path is, wherever it stands', () => {
    expect(strictestDecision([allow, review, block])).toBe(block);
    expect(strictestDecision([block, review, allow])).toBe(block);
  });

  test('is reviewed once, on the terms of each', () => {
    const stricter: ReviewDecision = {
      ...review,
      policies: ['ci'],
      code: 'CI',
      reasons: ['Build', 'Why'],
      approvers: ['admin'],
      fourEyes: true,
      grantable: false,
      ttlMs: 60_000,
    };
    expect(strictestDecision([allow, review, stricter])).toEqual({
      effect: 'review',
      policies: ['r', 'ci'],
      code: 'R',
      reasons: ['Why', 'Build'],
      approvers: ['admin'],
      fourEyes: true,
      grantable: false,
      ttlMs: 60_000,
    });
  });

  test('may be granted for a while only where each may', () => {
    const once = { ...review, policies: ['o'], grantable: false };
    expect(strictestDecision([review, review])).toMatchObject({ grantable: true });
    expect(strictestDecision([review, once])).toMatchObject({ grantable: false });
  });

  test('is blocked when no role may approve each', () => {
    const other = { ...review, policies: ['o'], approvers: ['owner'] };
    expect(strictestDecision([review, other])).toMatchObject({
      effect: 'block',
      code: 'NO_APPROVER',
    });
  });
});
