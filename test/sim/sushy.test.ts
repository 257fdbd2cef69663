import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/model/clock.ts';
import { isJsonObject } from '../../src/model/json.ts';
import { quickRack } from '../../src/sim/testing/quick-rack.ts';
import { pythonWithSushy } from './python-venv.ts';

const CHECKS = fileURLToPath(new URL('sushy_checks.py', import.meta.url));
/** Grows with the script; a script that ends early must not look like success. */
const EXPECTED_CHECKS = 17;

test('the foreign client sushy works with the simulated BMC', { timeout: 110_000 }, async (context) => {
  const python = await pythonWithSushy();
  await using quick = await quickRack(systemClock, {
    disks: [{ size: 64 << 20 }, { size: 64 << 20 }],
    delays: { powerOn: 20, powerOff: 20, gracefulShutdown: 50, post: 10, task: 50 },
  });
  const child = spawn(python, [CHECKS], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(quick.rack.describe()));
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const outcome: unknown = JSON.parse(line);
    assert.ok(isJsonObject(outcome));
    count += 1;
    await context.test(String(outcome.name), () => assert.ok(outcome.error === undefined, String(outcome.error)));
  }
  assert.equal(count, EXPECTED_CHECKS);
});
