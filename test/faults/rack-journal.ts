import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { LifeDriver } from '../harness/life-driver.ts';

/** Starts of a step on a machine, from the journal that the rack keeps by itself. */
function starts(journal: string, machine: string, step: string): number {
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
    .filter((event) => hasStep(event, machine, step)).length;
}

function hasStep(event: unknown, machine: string, step: string): boolean {
  if (typeof event !== 'object' || event === null || !('machine' in event) || !('data' in event)) return false;
  const { data } = event;
  return event.machine === machine && typeof data === 'object' && data !== null && 'step' in data && data.step === step;
}

/**
 * Whatever the service believes: the machine itself must not have run a destructive step more often than requests were made that ask
 * for it.
 */
export function checkDestructiveSteps(journal: string, driver: LifeDriver): void {
  const { accepted, name } = driver;
  const deploys = (accepted.active ?? 0) + (accepted.rebuild ?? 0);
  const cleanings = (accepted.provide ?? 0) + (accepted.deleted ?? 0);
  const written = starts(journal, name, 'deploy.write_image');
  assert.ok(written <= deploys, `${name}: the image was written ${written} times for ${deploys} requests`);
  assert.ok(written >= driver.lives, `${name}: ${driver.lives} lives need as many written images; the journal has ${written}`);
  const erased = starts(journal, name, 'clean.erase_devices_metadata');
  assert.ok(erased <= cleanings, `${name}: metadata was erased ${erased} times for ${cleanings} requests`);
}
