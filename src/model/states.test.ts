import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../config/config-from.ts';
import { UNSTABLE } from './state-sets.ts';
import { findTransition, isProvisionState, PROVISION_STATES, type ProvisionState, STATE_INFO, TRANSITIONS } from './states.ts';
import { RESERVED_STEPS, STEP_INTERFACE_RANK } from './step.ts';
import { findVerb, VERBS } from './verbs.ts';

test('every state that waits has a deadline with an option that exists, and an outcome', () => {
  const config = configFrom({});
  for (const state of PROVISION_STATES) {
    const info = STATE_INFO[state];
    if (info.kind !== 'wait') {
      assert.equal(info.timeoutOption, null, state);
      continue;
    }
    if (info.hold) {
      // A person is awaited: there must be a way on and a way out.
      assert.ok(findTransition(state, 'unhold') && findTransition(state, 'abort'), state);
      continue;
    }
    assert.ok(info.timeoutOption, `${state} waits for ever`);
    assert.ok(config.integer('conductor', info.timeoutOption ?? '') > 0, state);
    const outcome = findTransition(state, 'fail');
    assert.ok(outcome, `${state} has no outcome`);
    assert.notEqual(STATE_INFO[outcome.to].kind, 'wait', state);
  }
});

test('every state of being worked on can fail, and ends in a state that a person can leave', () => {
  for (const state of PROVISION_STATES.filter((each) => STATE_INFO[each].kind === 'transient')) {
    const outcome = findTransition(state, 'fail');
    assert.ok(outcome, state);
    assert.ok(
      TRANSITIONS.some((each) => each.from === outcome.to && each.by === 'api'),
      `${outcome.to} is a dead end`,
    );
  }
});

test('no event has two results in one state, and every name in the table is a state', () => {
  const seen = new Set<string>();
  for (const { from, event, to, target } of TRANSITIONS) {
    assert.ok(!seen.has(`${from}|${event}`), `${from} ${event} twice`);
    seen.add(`${from}|${event}`);
    assert.ok(isProvisionState(from) && isProvisionState(to) && (target === null || STATE_INFO[target].kind === 'stable'));
  }
});

test('a target is set exactly while something is under way', () => {
  for (const { to, target } of TRANSITIONS) {
    if (STATE_INFO[to].kind === 'stable') assert.equal(target, null, to);
    else assert.notEqual(target, null, to);
  }
});

test('every state can be reached from enroll, and leads back to manageable, available or active', () => {
  const reach = (start: ProvisionState): Set<ProvisionState> => {
    const seen = new Set([start]);
    for (const state of seen) for (const each of TRANSITIONS) if (each.from === state) seen.add(each.to);
    return seen;
  };
  assert.deepEqual(reach('enroll').size, PROVISION_STATES.length);
  for (const state of PROVISION_STATES) assert.ok(reach(state).has('available'), state);
});

test('verbs and transitions say the same', () => {
  for (const verb of VERBS) {
    const byTable = TRANSITIONS.filter((each) => each.event === verb.event && each.by === 'api').map((each) => each.from);
    assert.deepEqual([...verb.allowedFrom].sort(), byTable.sort(), verb.name);
  }
  assert.equal(findVerb('deploy')?.event, findVerb('active')?.event);
  assert.equal(findVerb('no such verb'), undefined);
});

test('unstable are the states of work and of waiting for machines', () => {
  for (const state of PROVISION_STATES) {
    const { kind, hold } = STATE_INFO[state];
    assert.equal(UNSTABLE.has(state), kind === 'transient' || (kind === 'wait' && !hold), state);
  }
});

test('within a kind of steps no two interfaces have one rank', () => {
  for (const ranks of Object.values(STEP_INTERFACE_RANK)) assert.equal(new Set(Object.values(ranks)).size, Object.keys(ranks).length);
  assert.deepEqual([...RESERVED_STEPS].sort(), ['hold', 'power_off', 'power_on', 'reboot', 'wait']);
});
