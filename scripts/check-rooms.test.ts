import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomProblems } from './check-rooms.ts';

const allowed: [path: string, text: string][] = [
  ['src/api/x.ts', "import { a } from '../model/a.ts';\nimport type { B } from './http/b.ts';"],
  ['src/sim/x.ts', "export { startAgent } from '../agent/start-agent.ts';"],
  ['src/cli/commands/x.ts', "const a = await import('../../api/x.ts');\nimport fastify from 'fastify';"],
  ['src/main.ts', "import { run } from './cli/run-cli.ts';"],
];
for (const [path, text] of allowed) test(`${path} may: ${text}`, () => assert.deepEqual(roomProblems(path, text), []));

const refused: [path: string, text: string, problem: string][] = [
  ['src/model/x.ts', "import { a } from '../store/a.ts';", 'src/model/x.ts: imports src/store/a.ts, but model lies below or beside store'],
  ['src/sim/x.ts', "const a = await import('../web/a.ts');", 'src/sim/x.ts: imports src/web/a.ts, but sim lies below or beside web'],
  ['src/api/x.ts', "import type { A } from '../../test/a.ts';", 'src/api/x.ts: imports test/a.ts, but api lies below or beside ..'],
  ['src/utils/x.ts', '', 'src/utils/x.ts: "utils" is no room of docs/architecture.md'],
  [
    'src/protocol/redfish/x.ts',
    "import '../../model/a.ts'",
    'src/protocol/redfish/x.ts: imports src/model/a.ts, but protocol lies below or beside model',
  ],
];
for (const [path, text, problem] of refused) test(`${path} may not: ${text}`, () => assert.deepEqual(roomProblems(path, text), [problem]));
