import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { ProvisionRequest } from '../conductor-service.ts';
import { REQUEST, World } from '../testing/world.ts';

const refusal = (code: ErrorCode, pattern: RegExp, status?: number) => (error: unknown) =>
  hasCode(error, code) && pattern.test(error.message) && (status === undefined || error.status === status);

interface Case {
  readonly what: string;
  readonly node?: Partial<Node>;
  readonly options?: Record<string, string>;
  readonly ask: ProvisionRequest;
  readonly code: ErrorCode;
  readonly text: RegExp;
  readonly status?: number;
}

const CASES: readonly Case[] = [
  {
    what: 'a verb that the state does not allow',
    ask: { verb: 'active' },
    code: 'INVALID_STATE_REQUESTED',
    text: /^The requested action "active" can not be performed on node ".*" while it is in state "enroll"\.$/,
    status: 400,
  },
  { what: 'a verb that does not exist', ask: { verb: 'explode' }, code: 'INVALID_STATE_REQUESTED', text: /"explode"/ },
  {
    what: 'manage of a node that is being cleaned',
    node: { provision_state: 'clean wait', target_provision_state: 'available' },
    ask: { verb: 'manage' },
    code: 'INVALID_STATE_REQUESTED',
    text: /"clean wait"/,
  },
  {
    what: 'deployment in maintenance',
    node: { provision_state: 'available', maintenance: true, maintenance_reason: 'fan' },
    ask: { verb: 'active' },
    code: 'NODE_IN_MAINTENANCE',
    text: /The provisioning operation can't be performed on node .* because it's in maintenance mode\. .*fan/,
    status: 400,
  },
  {
    what: 'providing in maintenance, where the operator forbids it',
    node: { provision_state: 'manageable', maintenance: true },
    options: { 'conductor.allow_provisioning_in_maintenance': 'false' },
    ask: { verb: 'provide' },
    code: 'NODE_IN_MAINTENANCE',
    text: /The providing operation/,
  },
  {
    what: 'providing a retired node',
    node: { provision_state: 'manageable', retired: true, retired_reason: 'old' },
    ask: { verb: 'provide' },
    code: 'NODE_RETIRED',
    text: /retired \(old\)/,
    status: 400,
  },
  ...(['deleted', 'undeploy', 'rebuild'] as const).map((verb) => ({
    what: `${verb} of a protected node`,
    node: { provision_state: 'active' as const, protected: true },
    ask: { verb },
    code: 'NODE_PROTECTED' as const,
    text: /protected/,
    status: 403,
  })),
  {
    what: 'a deployment of traits that the node lacks',
    node: { provision_state: 'available', instance_info: { traits: ['CUSTOM_X'] } },
    ask: { verb: 'active' },
    code: 'DEPLOY_FAILURE',
    text: /CUSTOM_X/,
    status: 400,
  },
  {
    what: 'a boot mode that may not be deployed',
    node: { provision_state: 'available', properties: { boot_mode: 'bios' } },
    options: { 'conductor.disallowed_deployment_boot_modes': 'bios' },
    ask: { verb: 'active' },
    code: 'INVALID_PARAMETER',
    text: /disallowed_deployment_boot_modes/,
  },
  {
    what: 'a step on the deny list',
    node: { provision_state: 'manageable' },
    ask: { verb: 'clean', cleanSteps: [{ interface: 'vendor', step: 'send_raw' }] },
    code: 'STEP_NOT_ALLOWED',
    text: /vendor\.send_raw/,
    status: 400,
  },
  {
    what: 'cleaning without steps',
    node: { provision_state: 'manageable' },
    ask: { verb: 'clean' },
    code: 'INVALID_PARAMETER',
    text: /clean_steps/,
  },
  {
    what: 'a step that needs the ramdisk, without one',
    node: { provision_state: 'manageable' },
    ask: { verb: 'clean', cleanSteps: [{ interface: 'deploy', step: 'erase_devices' }], disableRamdisk: true },
    code: 'INVALID_PARAMETER',
    text: /does not support this clean step/,
  },
  {
    what: 'unexpected arguments',
    node: { provision_state: 'manageable' },
    ask: { verb: 'clean', cleanSteps: [{ interface: 'management', step: 'reset_clock', args: { to: 1 } }] },
    code: 'INVALID_PARAMETER',
    text: /unexpected arguments: to/,
  },
  {
    what: 'replacing the core deploy step',
    node: { provision_state: 'available' },
    ask: { verb: 'active', deploySteps: [{ interface: 'deploy', step: 'deploy', priority: 50, args: {} }] },
    code: 'DEPLOY_FAILURE',
    text: /core step/,
    status: 400,
  },
  {
    what: 'a blank rescue password',
    node: { provision_state: 'active' },
    ask: { verb: 'rescue', rescuePassword: '  ' },
    code: 'INVALID_PARAMETER',
    text: /rescue_password/,
  },
];

for (const each of CASES) {
  test(`refused, and nothing changed: ${each.what}`, async () => {
    const world = await World.open(each.options);
    await world.start();
    const uuid = await world.enroll(each.node);
    const before = await world.node(uuid);
    await assert.rejects(world.conductor.provision(REQUEST, uuid, each.ask), refusal(each.code, each.text, each.status));
    const after = await world.node(uuid);
    assert.equal(after.reservation, null);
    assert.deepEqual([after.provision_state, after.last_error], [before.provision_state, before.last_error]);
    await world.close();
  });
}

test('a held node says who holds it, for what and since when', async () => {
  const world = await World.open({ 'conductor.node_locked_retry_attempts': '1' });
  await world.start();
  const uuid = await world.enroll();
  world.machine(uuid).faults.set('power.get', 'hang');
  await world.verb(uuid, 'manage');
  await assert.rejects(
    world.conductor.setMaintenance(REQUEST, uuid, true, null),
    refusal(
      'NODE_LOCKED',
      new RegExp(
        `^Node ${uuid} is locked by host c1, please retry after the current operation is completed\\. It is held for provision action manage since 2026-01-01T`,
      ),
      409,
    ),
  );
  await world.close();
});

test('a lock is tried again as often as the operator says', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll();
  world.machine(uuid).faults.set('power.get', 'hang');
  await world.verb(uuid, 'manage');
  let error: unknown = null;
  const asked = world.conductor.setMaintenance(REQUEST, uuid, true, null).catch((e: unknown) => {
    error = e;
  });
  await world.advance(1);
  assert.equal(error, null, 'three attempts take two seconds');
  await world.advance(2);
  await asked;
  assert.ok(hasCode(error, 'NODE_LOCKED'));
  await world.close();
});

test('limits count all that runs, provide too, and do not tell the number', async () => {
  const world = await World.open({ 'conductor.max_concurrent_clean': '1', 'conductor.max_concurrent_deploy': '1' });
  await world.start();
  const [first, second] = [await world.nodeIn('manageable'), await world.nodeIn('manageable')];
  await world.verb(first, 'provide');
  const text = /^Unable to process request at this time\. The concurrent action limit for cleaning has been reached\. [^0-9]*$/;
  await assert.rejects(world.conductor.provision(REQUEST, second, { verb: 'provide' }), refusal('CONCURRENT_ACTION_LIMIT', text, 503));
  await world.playAgent(first, 'available');
  await world.verb(second, 'provide');
  assert.equal((await world.node(second)).provision_state, 'clean wait');
  await world.close();
});

test('a full pool changes nothing', async () => {
  const world = await World.open({ 'conductor.workers_pool_size': '3' });
  await world.start();
  for (let i = 0; i < 3; i++) {
    const busy = await world.enroll();
    world.machine(busy).faults.set('power.get', 'hang');
    await world.verb(busy, 'manage');
  }
  const other = await world.enroll();
  await assert.rejects(
    world.conductor.provision(REQUEST, other, { verb: 'manage' }),
    refusal('NO_FREE_WORKER', /lack of free conductor workers/, 503),
  );
  const node = await world.node(other);
  assert.deepEqual([node.provision_state, node.target_provision_state, node.reservation], ['enroll', null, null]);
  await world.close();
});
