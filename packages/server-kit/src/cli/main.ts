#!/usr/bin/env node
import { runAudit } from './audit/audit.ts';
import { runPolicy } from './policy/policy.ts';

const help = `Usage: npx @ide-assistant/server-kit <command> …

  policy check|explain                       checks policies, and says why they decide as they do
  audit verify|prove|consistency|export      checks an audit log, and hands out proofs of it

Each command explains itself with --help.
`;

const commands = { policy: runPolicy, audit: runAudit };

const io = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
};

const [name = '', ...args] = process.argv.slice(2);
if (name === '--help' || name === '-h') {
  io.out(help);
} else if (name === 'policy' || name === 'audit') {
  process.exitCode = await commands[name](args, io);
} else {
  io.err(help);
  process.exitCode = 2;
}
