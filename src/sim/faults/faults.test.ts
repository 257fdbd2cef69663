import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../../model/clock.ts';
import { hasCode } from '../../model/errors.ts';
import { orderIsFor } from './fault.ts';
import { FaultBook, matchesPattern } from './fault-book.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { parseFaultFlag, parseFaultScript } from './parse-faults.ts';

test('a flag names kind, machine, parameters and conditions', () => {
  assert.deepEqual(parseFaultFlag('bmc-hang:3'), { machine: '3', fault: { kind: 'bmc-hang', params: {}, when: {} } });
  assert.deepEqual(parseFaultFlag('bmc-status:r7-m001,status=409,count=2,request=POST *Reset'), {
    machine: 'r7-m001',
    fault: { kind: 'bmc-status', params: { status: 409, retry_after: 1 }, when: { count: 2, request: 'POST *Reset' } },
  });
  assert.equal(parseFaultFlag('agent-silent').machine, '*');
});

test('a script says which entry is wrong and what is known', () => {
  const refusal = (script: unknown): string => {
    try {
      parseFaultScript(JSON.stringify(script));
    } catch (error) {
      assert.ok(hasCode(error, 'INVALID_PARAMETER'));
      return error.message;
    }
    return assert.fail('accepted');
  };
  assert.match(
    refusal([
      { machine: 0, fault: 'bmc-hang' },
      { machine: 1, fault: 'bmc-haaang' },
    ]),
    /entry 1 .*"bmc-haaang" is not known; known are bmc-hang/,
  );
  assert.match(refusal([{ machine: -1, fault: 'bmc-hang' }]), /machine must be/);
  assert.match(refusal([{ machine: 0, fault: { kind: 'bmc-slow', seconds: 1 } }]), /no parameter "seconds"; it has ms/);
  assert.match(refusal([{ machine: 0, fault: { kind: 'bmc-slow', ms: 'long' } }]), /ms of bmc-slow must be a number/);
  assert.match(refusal([{ machine: 0, fault: 'bmc-hang', when: { counts: 1 } }]), /when.counts is not known/);
  assert.match(refusal([{ machine: 0, fault: 'bmc-hang', when: { count: -1 } }]), /when.count has a wrong value/);
  assert.match(refusal([{ machine: 0, fault: 'bmc-hang', often: true }]), /unknown member "often"/);
  assert.match(refusal({}), /must be a list/);
  assert.throws(() => parseFaultScript('{'), /not JSON/);
});

test('every kind of the table is accepted by flag and by script with its defaults', () => {
  for (const kind of Object.keys(FAULT_KINDS)) {
    const byFlag = parseFaultFlag(`${kind}:1`);
    assert.deepEqual(parseFaultScript(JSON.stringify([{ machine: 1, fault: kind }])), [byFlag]);
  }
});

test('an order is for a name, a number or all', () => {
  const machine = { name: 'r7-m003', index: 2 };
  assert.ok(orderIsFor(parseFaultFlag('bmc-hang:2'), machine));
  assert.ok(orderIsFor(parseFaultFlag('bmc-hang:r7-m003'), machine));
  assert.ok(orderIsFor(parseFaultFlag('bmc-hang'), machine));
  assert.ok(!orderIsFor(parseFaultFlag('bmc-hang:3'), machine));
});

test('skip, count, request and after_seconds decide when a fault strikes', async () => {
  const clock = new VirtualClock();
  const struck: string[] = [];
  const book = new FaultBook(clock, (fault, subject) => struck.push(`${fault.kind} ${subject}`));
  book.add(parseFaultFlag('bmc-status,skip=1,count=2,request=POST *').fault);
  assert.equal(book.strike('bmc-status', 'GET /a'), undefined);
  assert.equal(book.strike('bmc-status', 'POST /1'), undefined);
  assert.ok(book.strike('bmc-status', 'POST /2'));
  assert.ok(book.strike('bmc-status', 'POST /3'));
  assert.equal(book.strike('bmc-status', 'POST /4'), undefined);
  assert.deepEqual(struck, ['bmc-status POST /2', 'bmc-status POST /3']);
  assert.deepEqual(book.list(), []);

  book.add(parseFaultFlag('bmc-hang,after_seconds=10').fault);
  assert.equal(book.strike('bmc-hang', 'GET /'), undefined);
  await clock.advance(10_000);
  assert.ok(book.strike('bmc-hang', 'GET /'));
  book.clear('bmc-hang');
  assert.equal(book.strike('bmc-hang', 'GET /'), undefined);
});

test('patterns agree with the regular expression they stand for', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab*]{0,8}$/), fc.stringMatching(/^[ab]{0,10}$/), (pattern, subject) => {
      assert.equal(matchesPattern(pattern, subject), new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject));
    }),
  );
});
