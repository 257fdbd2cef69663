/**
 * Random lives: verbs, agents that call or fail or fall silent, BMCs that err or hang, people who power, hold, abort and set maintenance,
 * time that passes, conductors that die and come back under the same or another name. When the storm is over and time has passed, no
 * node is held, none is being worked on, none waits without a clock or a person, and no step that destroys data ran twice for a request.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STATE_INFO } from '../model/states.ts';
import { VERBS } from '../model/verbs.ts';
import type { RequestedStep } from './conductor-service.ts';
import { REQUEST, World } from './testing/world.ts';

type Act =
  | { act: 'verb'; verb: string; steps: RequestedStep[] }
  | { act: 'agent calls' }
  | { act: 'command ends'; state: 'succeeded' | 'failed' }
  | { act: 'agent dies' }
  | { act: 'agent forgets' }
  | { act: 'fault'; call: string; kind: 'fail' | 'hang' }
  | { act: 'time'; seconds: number }
  | { act: 'crash'; heir: string; callsLeft: number | null }
  | { act: 'stop'; drain: boolean }
  | { act: 'power'; target: 'power on' | 'power off' | 'rebooting' }
  | { act: 'maintenance'; on: boolean }
  | { act: 'inspection data' };

const CALLS = [
  'power.validate',
  'power.get',
  'power.set',
  'management.check',
  'management.reset_clock',
  'deploy.validate',
  'deploy.prepare',
  'deploy.boot',
  'deploy.write_image',
  'deploy.boot_instance',
  'deploy.cleanUp',
  'deploy.tearDown',
  'deploy.prepareCleaning',
  'deploy.tearDownCleaning',
  'deploy.prepareService',
  'deploy.tearDownService',
  'deploy.takeOver',
  'agent.getSteps',
  'agent.startStep',
  'agent.pollStep',
  'agent.finishStep',
  'agent.collectLogs',
  'inspect.inspect',
  'inspect.abort',
  'inspect.continue',
  'rescue.rescue',
  'rescue.unrescue',
  'rescue.cleanUp',
  'rescue.finalize',
  'network.validate',
  'bios.cache',
] as const;

const step: fc.Arbitrary<RequestedStep> = fc.constantFrom<RequestedStep>(
  { interface: 'management', step: 'reset_clock' },
  { interface: 'management', step: 'once_only' },
  { interface: 'deploy', step: 'erase_devices' },
  { interface: 'deploy', step: 'update_nic' },
  { interface: 'deploy', step: 'burnin_cpu' },
  { interface: 'power', step: 'hold' },
  { interface: 'power', step: 'wait', args: { seconds: 5 } },
  { interface: 'power', step: 'wait' },
  { interface: 'power', step: 'reboot' },
);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('verb' as const),
      verb: fc.constantFrom(...VERBS.map((v) => v.name)),
      steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ act: fc.constant('agent calls' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('command ends' as const),
      state: fc.constantFrom('succeeded' as const, 'succeeded' as const, 'failed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('agent dies' as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('agent forgets' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('fault' as const),
      call: fc.constantFrom(...CALLS),
      kind: fc.constantFrom('fail' as const, 'hang' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ act: fc.constant('time' as const), seconds: fc.constantFrom(1, 6, 31, 70, 700) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('crash' as const),
      heir: fc.constantFrom('c1', 'c2'),
      callsLeft: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('stop' as const), drain: fc.constant(false) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('power' as const),
      target: fc.constantFrom('power on' as const, 'power off' as const, 'rebooting' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('maintenance' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('inspection data' as const) }) },
);

/** Stirs promises without waiting for any of them: what is asked of a dying conductor never answers. */
async function stir(world: World, request: Promise<unknown>): Promise<void> {
  void request.catch(() => {});
  await world.settle();
}

async function perform(world: World, uuid: string, each: Act): Promise<void> {
  const machine = world.machine(uuid);
  switch (each.act) {
    case 'verb': {
      const more = { cleanSteps: each.steps, serviceSteps: each.steps, rescuePassword: 'x' };
      return stir(world, world.conductor.provision(REQUEST, uuid, { verb: each.verb, ...more }));
    }
    case 'agent calls':
      return stir(world, world.agentCalls(uuid));
    case 'command ends':
      machine.endCommand(each.state);
      return;
    case 'agent dies':
      machine.agent = null;
      return;
    case 'agent forgets':
      if (machine.agent) machine.agent.commands = [];
      return;
    case 'fault':
      machine.faults.set(each.call, each.kind);
      return;
    case 'time':
      return world.advance(each.seconds);
    case 'crash':
      world.crash();
      return world.start(each.heir, each.callsLeft);
    case 'stop':
      await stir(world, world.conductor.stop({ drain: each.drain }));
      await world.advance(3);
      world.crash();
      return world.start('c1');
    case 'power':
      return stir(world, world.conductor.changePower(REQUEST, uuid, each.target, null));
    case 'maintenance':
      return stir(world, world.conductor.setMaintenance(REQUEST, uuid, each.on, null));
    case 'inspection data':
      return stir(
        world,
        world.conductor.continueInspection(
          REQUEST,
          { nodeUuid: uuid },
          { inventory: { interfaces: [{ mac_address: '52:54:00:00:00:01' }] } },
        ),
      );
  }
}

async function live(start: 'enroll' | 'manageable' | 'available' | 'active', acts: readonly Act[]): Promise<void> {
  const world = await World.open({
    'wrought.driver_call_deadline': '120',
    'conductor.deploy_callback_timeout': '300',
    'conductor.clean_callback_timeout': '300',
    'conductor.inspect_wait_timeout': '300',
    'conductor.rescue_callback_timeout': '300',
    'conductor.service_callback_timeout': '300',
    'wrought.agent_poll_interval': '20',
  });
  try {
    await world.start('c1');
    const uuid = start === 'enroll' ? await world.enroll() : await world.nodeIn(start);
    for (const each of acts) {
      if (!world.alive) {
        world.crash();
        await world.start('c2');
      }
      await perform(world, uuid, each);
    }
    // The storm is over: a conductor that lives, no new faults, nobody who calls. What hangs already hangs on.
    world.machine(uuid).faults.clear();
    if (!world.alive || world.doomed) {
      world.crash();
      await world.start('c3');
    }
    for (let i = 0; i < 12; i++) await world.advance(300);
    const node = await world.node(uuid);
    const where = `${node.provision_state} (${node.last_error})`;
    assert.equal(node.reservation, null, `${where}: held`);
    assert.equal(node.target_power_state, null, `${where}: power target left`);
    const { kind, hold } = STATE_INFO[node.provision_state];
    assert.notEqual(kind, 'transient', `${where}: being worked on by nobody`);
    if (kind === 'wait') assert.ok(hold || node.maintenance, `${where}: waits without a clock`);
    if (kind === 'stable') assert.equal(node.target_provision_state, null, `${where}: a target without work`);
    for (const [what, runs] of world.machine(uuid).destroyed) assert.ok(runs <= 1, `${what} ran ${runs} times`);
  } finally {
    await world.close();
  }
}

test('property: no node is ever stuck and nothing is destroyed twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('enroll' as const, 'manageable' as const, 'available' as const, 'active' as const),
      fc.array(act, { minLength: 3, maxLength: 30 }),
      live,
    ),
    {
      numRuns: Number(process.env.NEVER_STUCK_RUNS ?? 40),
      ...(process.env.NEVER_STUCK_SEED ? { seed: Number(process.env.NEVER_STUCK_SEED) } : {}),
    },
  );
});
