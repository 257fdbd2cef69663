/**
 * The conductor dies at every single call that it makes to the database, once in each run, and another one (of the same name or of a
 * different one) finds what it left. Whatever the point: the node ends where it was to go or in the failed state of it, nobody holds it,
 * and no step that destroys data has run twice for one request.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ProvisionState } from '../../model/states.ts';
import { STATE_INFO } from '../../model/states.ts';
import { World } from '../testing/world.ts';

interface Work {
  readonly name: string;
  readonly from: 'enroll' | 'manageable' | 'available' | 'active';
  readonly begin: (world: World, uuid: string) => Promise<void>;
  readonly goal: ProvisionState;
  readonly failed: readonly ProvisionState[];
}

const WORKS: readonly Work[] = [
  { name: 'verify', from: 'enroll', begin: (world, uuid) => world.verb(uuid, 'manage'), goal: 'manageable', failed: ['enroll'] },
  { name: 'provide', from: 'manageable', begin: (world, uuid) => world.verb(uuid, 'provide'), goal: 'available', failed: ['clean failed'] },
  {
    name: 'manual cleaning',
    from: 'manageable',
    begin: (world, uuid) =>
      world.verb(uuid, 'clean', {
        cleanSteps: [
          { interface: 'management', step: 'reset_clock' },
          { interface: 'deploy', step: 'erase_devices' },
        ],
      }),
    goal: 'manageable',
    failed: ['clean failed'],
  },
  { name: 'deploy', from: 'available', begin: (world, uuid) => world.verb(uuid, 'active'), goal: 'active', failed: ['deploy failed'] },
  {
    name: 'tear down',
    from: 'active',
    begin: (world, uuid) => world.verb(uuid, 'deleted'),
    goal: 'available',
    failed: ['error', 'clean failed'],
  },
  {
    name: 'service',
    from: 'active',
    begin: (world, uuid) =>
      world.verb(uuid, 'service', {
        serviceSteps: [
          { interface: 'management', step: 'reset_clock' },
          { interface: 'deploy', step: 'burnin_cpu' },
        ],
      }),
    goal: 'active',
    failed: ['service failed'],
  },
  {
    name: 'rescue',
    from: 'active',
    begin: (world, uuid) => world.verb(uuid, 'rescue', { rescuePassword: 'open sesame' }),
    goal: 'rescue',
    failed: ['rescue failed'],
  },
];

for (const work of WORKS) {
  test(`${work.name}: a crash at any point`, (t) => everyPoint(t, work, false));
}

for (const work of WORKS.filter(({ name }) => name === 'deploy' || name === 'manual cleaning')) {
  test(`${work.name}: a crash at any point, and the agent has forgotten what it did`, (t) => everyPoint(t, work, true));
}

async function everyPoint(t: TestContext, work: Work, agentForgets: boolean): Promise<void> {
  const seen = { reached: 0, failed: 0 };
  for (let point = 0; point < 400; point++) {
    // By turns the same conductor comes back and another one takes over.
    const outcome = await crashAt(work, { heir: point % 2 === 0 ? 'c1' : 'c2', point, agentForgets });
    if (outcome === 'no crash') break;
    seen[outcome]++;
  }
  const points = seen.reached + seen.failed;
  t.diagnostic(`${points} points: ${seen.reached} carried on to the goal, ${seen.failed} failed with a reason or never began`);
  assert.ok(points >= 5, `the work must have been cut off in the middle, was ${points} times`);
  assert.ok(points < 400, 'the work must have run to its end at last');
  assert.ok(seen.reached > 0, 'work must be carried on somewhere');
  if (agentForgets) assert.ok(seen.failed > 0, 'a destructive step that nobody can vouch for must fail the work');
}

interface Crash {
  readonly heir: string;
  readonly point: number;
  readonly agentForgets: boolean;
}

async function crashAt(work: Work, { heir, point, agentForgets }: Crash): Promise<'no crash' | 'reached' | 'failed'> {
  const world = await World.open();
  try {
    await world.start('c1');
    const uuid = work.from === 'enroll' ? await world.enroll() : await world.nodeIn(work.from);
    const before = (await world.node(uuid)).provision_state;
    world.crash();
    await world.start('c1', point);
    const begun = work.begin(world, uuid).catch(() => {});
    await Promise.race([begun, world.advance(1)]);
    if (world.alive) await Promise.race([world.playAgent(uuid, work.goal, 12), untilDead(world)]);
    if (world.alive) {
      assert.equal((await world.node(uuid)).provision_state, work.goal);
      return 'no crash';
    }
    world.crash();
    const { agent } = world.machine(uuid);
    if (agentForgets && agent) agent.commands = [];
    await world.start(heir);
    await world.settle();
    // Long enough for the lease to run out and the recovery loop to come by.
    await world.advance(60);
    await world.playAgent(uuid, work.goal, 25);
    // Long enough for the silence of the agent to have been noticed.
    if (STATE_INFO[(await world.node(uuid)).provision_state].kind === 'wait') await world.advance(2400);
    const node = await world.node(uuid);
    const where = `point ${point}: ${node.provision_state} (${node.last_error})`;
    assert.equal(node.reservation, null, `${where}: nobody may hold it`);
    assert.equal(node.target_power_state, null, `${where}: no power target may be left`);
    assert.notEqual(STATE_INFO[node.provision_state].kind, 'transient', where);
    for (const [step, runs] of world.machine(uuid).destroyed) assert.equal(runs, 1, `${where}: ${step} ran ${runs} times`);
    if (node.provision_state === work.goal) return 'reached';
    assert.ok(work.failed.includes(node.provision_state) || node.provision_state === before, where);
    if (node.provision_state !== before) assert.ok(node.last_error, `${where}: a failure must say why`);
    return 'failed';
  } finally {
    await world.close();
  }
}

/** Resolves when the conductor has died: what waits for its answers would wait for ever. */
async function untilDead(world: World): Promise<void> {
  while (world.alive) await new Promise((resolve) => setImmediate(resolve));
}
