import * as z from 'zod';
import { treeNode } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const directoryList = defineOperation({
  name: 'directory_list',
  reply: 'directory_tree',
  summary: 'Lists the workspace or a directory of it as a tree.',
  class: 'read',
  paths: ['path'],
  input: { path: z.string().max(4096).optional(), depth: z.int().min(1).max(64).optional() },
  output: { tree: z.array(treeNode), file_count: z.int(), truncated: z.boolean() },
});
