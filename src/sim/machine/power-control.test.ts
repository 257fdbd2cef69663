import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../../model/clock.ts';
import { FaultBook } from '../faults/fault-book.ts';
import { parseFaultFlag } from '../faults/parse-faults.ts';
import { NO_DELAYS, REALISTIC_DELAYS } from './delays.ts';
import { MachineLog } from './machine-log.ts';
import { PowerControl, PowerRefused, RESET_TYPES } from './power-control.ts';

function machine(delays = REALISTIC_DELAYS) {
  const clock = new VirtualClock();
  const faults = new FaultBook(clock, () => {});
  const heard: string[] = [];
  const log = new MachineLog('m', clock, () => {});
  const power = new PowerControl({
    clock,
    delays,
    faults,
    log,
    hooks: { started: () => heard.push('started'), stopped: () => heard.push('stopped') },
  });
  return { clock, faults, heard, power };
}

test('on and off take their time and pass through PoweringOn and PoweringOff', async () => {
  const { clock, heard, power } = machine();
  power.reset('On');
  assert.equal(power.state, 'PoweringOn');
  await clock.advance(REALISTIC_DELAYS.powerOn - 1);
  assert.equal(power.state, 'PoweringOn');
  assert.deepEqual(heard, []);
  await clock.advance(1);
  assert.equal(power.state, 'On');
  power.reset('ForceOff');
  assert.equal(power.state, 'PoweringOff');
  assert.deepEqual(heard, ['started', 'stopped']);
  await clock.advance(REALISTIC_DELAYS.powerOff);
  assert.equal(power.state, 'Off');
});

test('a graceful shutdown lets what runs go on until it has shut down', async () => {
  const { clock, heard, power } = machine();
  power.reset('On');
  await clock.advance(REALISTIC_DELAYS.powerOn);
  power.reset('GracefulShutdown');
  assert.deepEqual(heard, ['started']);
  assert.equal(power.state, 'PoweringOff');
  await clock.advance(REALISTIC_DELAYS.gracefulShutdown);
  assert.deepEqual(heard, ['started', 'stopped']);
  assert.equal(power.state, 'Off');
});

test('a power-on while powering off is done afterwards; forced power-off cuts a power-on short', async () => {
  const { clock, power } = machine();
  power.reset('On');
  await clock.advance(5000);
  power.reset('ForceOff');
  power.reset('On');
  assert.equal(power.state, 'PoweringOff');
  await clock.advance(REALISTIC_DELAYS.powerOff + REALISTIC_DELAYS.powerOn);
  assert.equal(power.state, 'On');

  power.reset('PowerCycle');
  assert.equal(power.state, 'PoweringOff');
  await clock.advance(REALISTIC_DELAYS.powerOff);
  assert.equal(power.state, 'PoweringOn');
  power.reset('ForceOff');
  await clock.advance(60_000);
  assert.equal(power.state, 'Off');
});

test('restarts keep power and begin the firmware again', async () => {
  const { clock, heard, power } = machine(NO_DELAYS);
  power.reset('On');
  await clock.advance(0);
  power.reset('ForceRestart');
  assert.equal(power.state, 'On');
  assert.deepEqual(heard, ['started', 'stopped', 'started']);
  power.reset('GracefulRestart');
  await clock.advance(0);
  assert.deepEqual(heard, ['started', 'stopped', 'started', 'stopped', 'started']);
});

test('what needs a running machine is refused without one', () => {
  for (const type of ['ForceRestart', 'GracefulRestart', 'GracefulShutdown', 'PowerCycle', 'Nmi'] as const)
    assert.throws(() => machine().power.reset(type), PowerRefused);
});

test('the power button switches on, and shuts down what runs', async () => {
  const { clock, power } = machine();
  power.reset('PushPowerButton');
  await clock.advance(5000);
  assert.equal(power.state, 'On');
  power.reset('PushPowerButton');
  await clock.advance(REALISTIC_DELAYS.gracefulShutdown);
  assert.equal(power.state, 'Off');
});

test('faults: power-on, power-off and shutdown requests that nothing follows', async () => {
  const { clock, faults, power } = machine(NO_DELAYS);
  faults.add(parseFaultFlag('power-on-ignored,count=1').fault);
  power.reset('On');
  await clock.advance(1000);
  assert.equal(power.state, 'Off');
  power.reset('On');
  await clock.advance(1000);
  assert.equal(power.state, 'On');
  faults.add(parseFaultFlag('power-off-ignored,count=1').fault);
  power.reset('ForceOff');
  await clock.advance(1000);
  assert.equal(power.state, 'On');
  faults.add(parseFaultFlag('graceful-ignored,count=1').fault);
  power.reset('GracefulShutdown');
  await clock.advance(1000);
  assert.equal(power.state, 'On');
  power.offFromInside();
  await clock.advance(0);
  assert.equal(power.state, 'Off');
});

test('any sequence of requests comes to rest, runs only while On, and never starts twice without a stop', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...RESET_TYPES), fc.integer({ min: 0, max: 9000 })), { maxLength: 12 }),
      async (plan) => {
        const { clock, heard, power } = machine();
        for (const [type, wait] of plan) {
          try {
            power.reset(type);
          } catch (error) {
            assert.ok(error instanceof PowerRefused);
          }
          await clock.advance(wait);
        }
        await clock.advance(60_000);
        assert.ok(power.state === 'On' || power.state === 'Off');
        assert.equal(clock.pending, 0);
        const starts = heard.filter((word) => word === 'started').length;
        let running = false;
        for (const word of heard) {
          if (word === 'started') assert.ok(!running, 'started twice');
          running = word === 'started';
        }
        assert.equal(running, power.state === 'On');
        assert.ok(starts <= plan.length + 1);
      },
    ),
    { numRuns: 60 },
  );
});
