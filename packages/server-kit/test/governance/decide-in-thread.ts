import { parentPort } from 'node:worker_threads';
import { createPolicyEngine } from '../../src/governance/index.ts';
import { ask } from './requests.ts';

const engine = await createPolicyEngine();
const decision = engine.decide(ask('file_save', { path: '.git/config' }));
parentPort?.postMessage({ version: engine.version, decision });
