import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../model/clock.ts';
import { type ErrorCode, hasCode } from '../model/errors.ts';
import { CORE_INTERFACE_KINDS, INTERFACE_KINDS } from '../model/interface-kind.ts';
import { FACTORIES } from './implementations.ts';
import { FAKE_CONFIG, testDeps, testNode, testRegistry, testTask } from './testing/driver-scene.ts';

const refused = (code: ErrorCode, text: RegExp) => (error: unknown) => {
  assert.ok(hasCode(error, code), String(error));
  assert.match(error.message, text);
  return true;
};
const fakeTask = () => testTask(testRegistry(FAKE_CONFIG).compose(testNode()), testNode());

describe('fake implementations', () => {
  it('keep the power state in the node', async () => {
    const task = fakeTask();
    const { power } = task.driver;
    assert.equal(await power.getPowerState(task), null);
    for (const [target, state] of [
      ['power on', 'power on'],
      ['soft power off', 'power off'],
      ['rebooting', 'power on'],
      ['power off', 'power off'],
      ['soft rebooting', 'power on'],
    ] as const) {
      await power.setPowerState(task, target, 60);
      assert.equal(await power.getPowerState(task), state);
    }
  });

  it('take as long as their option says, and stop at the signal', async () => {
    const clock = new VirtualClock();
    const registry = testRegistry({ ...FAKE_CONFIG, 'fake.deploy_delay': '20' }, { clock });
    const stop = new AbortController();
    const task = testTask(registry.compose(testNode()), testNode(), { signal: stop.signal });
    const [step] = task.driver.deploy.steps;
    assert.ok(step?.priority === 100 && task.driver.deploy.steps.length === 1);
    let outcome = '';
    const running = step.run(task, {}).then((done) => {
      outcome = done;
    });
    await clock.advance(19_000);
    assert.equal(outcome, '');
    await clock.advance(1000);
    await running;
    assert.equal(outcome, 'done');
    const aborted = assert.rejects(step.run(task, {}), /lease lost/);
    stop.abort(new Error('lease lost'));
    await aborted;
  });

  it('stop the start when a delay is none', () => {
    assert.throws(
      () => testRegistry({ ...FAKE_CONFIG, 'fake.power_delay': 'soon' }),
      refused('INVALID_PARAMETER', /\[fake\]power_delay is "soon"/),
    );
  });

  it('offer only what they can', async () => {
    const task = fakeTask();
    await task.driver.management.setBootDevice(task, 'pxe', true);
    await assert.rejects(task.driver.management.setBootDevice(task, 'disk', true), refused('INVALID_PARAMETER', /offered are pxe/));
    await assert.rejects(
      task.driver.management.getBootMode(task),
      refused('UNSUPPORTED_BY_DRIVER', /Driver fake-hardware does not support get_boot_mode/),
    );
  });

  it('have a clean step in the vendor interface, and methods that compare words', async () => {
    const task = fakeTask();
    const { vendor } = task.driver;
    assert.deepEqual(
      vendor.steps.map(({ kind, step, priority }) => [kind, step, priority]),
      [
        ['clean', 'log_passthrough', 1],
        ['service', 'log_passthrough', 0],
        ['service', 'trigger_servicewait', 0],
      ],
    );
    const method = vendor.methods.third_method_sync;
    assert.equal(await method?.run(task, 'third_method_sync', { bar: 'meow' }), true);
    assert.equal(await method?.run(task, 'third_method_sync', { bar: 'moo' }), false);
    await assert.rejects(async () => method?.run(task, 'third_method_sync', {}), refused('INVALID_PARAMETER', /"bar" is missing/));
  });
});

describe('no-* implementations', () => {
  it('fail validation, apart from network, storage and management, which work', async () => {
    const task = fakeTask();
    const deps = testDeps(FAKE_CONFIG);
    for (const kind of INTERFACE_KINDS) {
      const name = `no-${kind}`;
      const factory = Object.hasOwn(FACTORIES[kind], name) ? FACTORIES[kind][name] : undefined;
      if (factory === undefined) {
        assert.ok(CORE_INTERFACE_KINDS.includes(kind) || kind === 'storage', kind);
        continue;
      }
      await assert.rejects(
        factory(deps).validate(task),
        refused('UNSUPPORTED_BY_DRIVER', new RegExp(`does not support ${kind} \\(disabled or not implemented\\)`)),
      );
    }
  });

  it('let caches be asked for, which every node is', async () => {
    const task = testTask(
      testRegistry(FAKE_CONFIG).compose(testNode({ bios_interface: 'no-bios', firmware_interface: 'no-firmware' })),
      testNode(),
    );
    await task.driver.bios.cacheSettings(task);
    await task.driver.firmware.cacheComponents(task);
  });
});
