import { describe } from 'vitest';
import { describeChecks } from './checks.ts';
import { describeMemory } from './memory.ts';
import { describeNewKeys } from './new-keys.ts';
import { describeTrees } from './trees.ts';

describe('an entry of the log', () => {
  describeChecks();
});
describe('a verifier', () => {
  describeMemory();
});
describe('a new key', () => {
  describeNewKeys();
});
describe('a tree', () => {
  describeTrees();
});
