import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/model/json.ts';
import type { RackMachine } from '../../src/sim/rack-machine.ts';
import { inject, type LifecycleStage, lifecycleStage } from './lifecycle-stage.ts';

/** Bounds that make hopeless waits end in seconds. */
const SETTINGS = {
  'redfish.connect_timeout': '2',
  'redfish.read_timeout': '2',
  'redfish.connection_attempts': '2',
  'redfish.connection_retry_interval': '1',
  'conductor.power_state_change_timeout': '4',
  'conductor.deploy_callback_timeout': '8',
  'conductor.clean_callback_timeout': '8',
  'conductor.automated_clean': 'false',
  'conductor.sync_power_state_interval': '3600',
  'api.ramdisk_heartbeat_timeout': '3',
  'agent.command_timeout': '3',
  'agent.max_command_attempts': '2',
};

interface Case {
  readonly name: string;
  /** Fault flags, put in before the verb. */
  readonly faults: readonly string[];
  /** The verb the faults are for; earlier ones go well. */
  readonly verb: 'manage' | 'active' | 'deleted';
  readonly wanted: string;
  /** What `last_error` must say; null where all goes well. */
  readonly explains: RegExp | null;
}

const CASES: readonly Case[] = [
  {
    name: 'a BMC that hangs',
    faults: ['bmc-hang'],
    verb: 'manage',
    wanted: 'enroll',
    explains: /BMC 127\.0\.0\.1:\d+ does not answer in time/,
  },
  { name: 'a BMC that refuses for good', faults: ['bmc-status,status=503'], verb: 'manage', wanted: 'enroll', explains: /503/ },
  {
    name: 'a BMC that refuses for a moment',
    faults: ['bmc-status,status=503,count=2'],
    verb: 'manage',
    wanted: 'manageable',
    explains: null,
  },
  { name: 'wrong credentials', faults: ['bmc-credentials'], verb: 'manage', wanted: 'enroll', explains: /credential|password|401|access/i },
  { name: 'a slow BMC', faults: ['bmc-slow,ms=500,count=6'], verb: 'manage', wanted: 'manageable', explains: null },
  { name: 'half an answer, once', faults: ['bmc-truncated-json,count=1'], verb: 'manage', wanted: 'manageable', explains: null },
  { name: 'a BMC that restarts', faults: ['bmc-reset,skip=2,count=1'], verb: 'active', wanted: 'active', explains: null },
  {
    name: 'a power-on nothing follows',
    faults: ['power-on-ignored'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /power on: not reached within 4 s; seen last: power off/,
  },
  {
    name: 'a medium that cannot be fetched',
    faults: ['media-fetch-failure'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /No agent has ever called; the limit is 8 s of silence/,
  },
  {
    name: 'an agent that never calls',
    faults: ['agent-silent'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /No agent has ever called; the limit is 8 s of silence/,
  },
  {
    name: 'an agent that dies while it writes',
    faults: ['agent-dies,after_bytes=3000000'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /The agent was last heard of at .*Failed on step deploy\.write_image/,
  },
  {
    name: 'a bad disk',
    faults: ['disk-write-error,offset=4000000'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /I\/O error.*\/dev\/sda|\/dev\/sda.*I\/O error/s,
  },
  { name: 'a slow disk', faults: ['disk-slow,ms=100,count=20'], verb: 'active', wanted: 'active', explains: null },
  {
    name: 'a BMC that hangs when the machine is to be switched on',
    faults: ['bmc-hang,request=POST *ComputerSystem.Reset'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /power target .* did not end within its deadline of \d+ s and was given up\. Look at the BMC\.$/,
  },
  {
    name: 'a power-off nothing follows',
    faults: ['power-off-ignored'],
    verb: 'deleted',
    wanted: 'error',
    explains: /power off: not reached within 4 s; seen last: power on/,
  },
  {
    name: 'a damaged download',
    faults: ['download-corrupt'],
    verb: 'active',
    wanted: 'deploy failed',
    explains: /image\.raw .* has sha256 [0-9a-f]{64}, expected was/,
  },
];

async function play(stage: LifecycleStage, machine: RackMachine, scene: Case): Promise<JsonObject> {
  const node = await stage.enrol(machine);
  const place = (): void => {
    for (const fault of scene.faults) inject(stage, machine, fault);
  };
  if (scene.verb === 'manage') place();
  const managed = await stage.go(node, 'manage', [scene.verb === 'manage' ? scene.wanted : 'manageable']);
  if (scene.verb === 'manage') return managed;
  await stage.go(node, 'provide', ['available']);
  if (scene.verb === 'active') place();
  const deployed = await stage.go(node, 'active', [scene.verb === 'active' ? scene.wanted : 'active']);
  if (scene.verb === 'active') return deployed;
  place();
  return stage.go(node, 'deleted', [scene.wanted]);
}

test('every fault ends in a state that says what happened, or is overcome', { concurrency: CASES.length }, async (context) => {
  await using stage = await lifecycleStage({ machines: CASES.length, settings: SETTINGS, overall: 90_000 });
  await Promise.all(
    CASES.map((scene, index) =>
      context.test(scene.name, async () => {
        const machine = stage.rack.machine(index);
        const node = await play(stage, machine, scene);
        assert.equal(node.provision_state, scene.wanted, String(node.last_error));
        if (scene.explains === null) assert.equal(node.last_error, null);
        else assert.match(String(node.last_error), scene.explains, stage.console(machine));
        assert.equal(node.reservation, null, 'nobody holds the node');
        for (const secret of [machine.plan.credentials.password]) assert.ok(!JSON.stringify(node).includes(secret), 'no secret is shown');
      }),
    ),
  );
});
