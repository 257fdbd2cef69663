/**
 * Kills the service with SIGKILL at random moments while machines of the simulated rack go through their lives, and starts it again each
 * time. Asserted: every lifecycle ends, no node stays in a state that waits past its deadline, nothing acknowledged is lost, and no step
 * that destroys data runs twice for one request.
 *
 *   npm run test:kills                     a sample (KILLS=40 LIFECYCLES=12)
 *   npm run test:kills:all                 200 kills, 50 lifecycles
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLifeDriver } from '../harness/life-driver.ts';
import { startRackProcess } from '../harness/rack-process.ts';
import { createKillableService } from '../harness/service-process.ts';
import { makeSmallImage } from '../harness/small-image.ts';
import { checkDestructiveSteps } from './rack-journal.ts';

const kills = Number(process.env.KILLS ?? 40);
const lifecycles = Number(process.env.LIFECYCLES ?? 12);
const machineCount = Math.min(6, lifecycles);
const seed = Number(process.env.SEED ?? Date.now() % 100_000);

test(`${kills} kills during ${lifecycles} lifecycles (seed ${seed})`, { timeout: 30 * 60_000 }, async (t) => {
  let passed = false;
  const dir = mkdtempSync(join(tmpdir(), 'wrought-kills-'));
  const random = lcg(seed);
  const image = await makeSmallImage({ seed });
  writeFileSync(join(dir, 'image.raw'), image);
  writeFileSync(join(dir, 'kernel'), 'kernel of the simulated rack');
  writeFileSync(join(dir, 'ramdisk'), 'ramdisk of the simulated rack');
  const journal = join(dir, 'journal');
  const rack = await startRackProcess({ machines: machineCount, dataDir: join(dir, 'rack'), seed, args: ['--fast', '--journal', journal] });
  const service = await createKillableService({ dataDir: join(dir, 'service') });
  t.after(async () => {
    await service.stop();
    await rack.stop();
    if (passed) rmSync(dir, { recursive: true, force: true });
    else t.diagnostic(`kept ${dir}`);
  });
  await service.start();

  let left = lifecycles;
  const drivers = rack.machines.map((machine) => createLifeDriver({ service, machine, imageDir: dir, image }));
  const lives = drivers.map(async (driver) => {
    await driver.enrol();
    while (left > 0) {
      left--;
      await driver.live();
    }
    while (killed < kills) await driver.live();
  });

  let killed = 0;
  const killer = (async () => {
    while (killed < kills) {
      await pause(100 + random() * 1500);
      service.kill();
      killed++;
      await pause(random() * 300);
      await service.start();
    }
  })();

  await Promise.all([killer, ...lives]);
  const lived = drivers.reduce((sum, driver) => sum + driver.lives, 0);
  t.diagnostic(
    `${killed} kills, ${lived} lifecycles, ${drivers.reduce((sum, d) => sum + d.recoveries, 0)} recoveries by an operator's verb`,
  );
  assert.ok(lived >= lifecycles, `all lifecycles ended: ${lived} of ${lifecycles}`);
  for (const driver of drivers) {
    assert.equal(driver.state, 'available', `${driver.name} ends available`);
    checkDestructiveSteps(journal, driver);
  }
  passed = true;
});

/** Small reproducible generator (Numerical Recipes' linear congruential constants). */
function lcg(start: number): () => number {
  let x = start >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
