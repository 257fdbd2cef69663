import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../model/json.ts';
import { AgentError, HttpFault } from './agent-error.ts';
import { CommandBoard, type CommandTable } from './command-board.ts';

/** A board with one long command whose end the test decides. */
function board() {
  let finish: (value: Json) => void = () => {};
  let fail: (error: Error) => void = () => {};
  let ends = 0;
  const table: CommandTable = {
    'x.long': {
      kind: 'async',
      required: [],
      optional: ['a'],
      run: (_params, run) =>
        new Promise((resolve, reject) => {
          run.progress(1, 2);
          finish = resolve;
          fail = reject;
        }),
    },
    'x.echo': { kind: 'sync', required: ['text'], optional: [], run: async (params) => params.text ?? null },
    'x.bad': {
      kind: 'sync',
      required: [],
      optional: [],
      async run() {
        throw new TypeError('oops');
      },
    },
    'x.checked': {
      kind: 'async',
      required: [],
      optional: [],
      check() {
        throw new AgentError('InvalidCommandParamsError', 'not so');
      },
      run: async () => null,
    },
  };
  const made = new CommandBoard(table, new AbortController().signal, () => ends++);
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { board: made, finish: (value: Json) => finish(value), fail: (error: Error) => fail(error), ends: () => ends, tick };
}

const KEYS = ['command_error', 'command_name', 'command_result', 'command_status', 'id'];

describe('command board', () => {
  test('results carry all keys; texts are wrapped by kind', async () => {
    const { board: it, finish, tick } = board();
    const echo = await it.execute('x.echo', { text: 'hi' }, false);
    assert.deepEqual(Object.keys(echo).sort(), KEYS);
    assert.deepEqual([echo.command_name, echo.command_status, echo.command_result], ['echo', 'SUCCEEDED', { result: 'hi' }]);
    const long = await it.execute('x.long', {}, false);
    await tick();
    assert.deepEqual([long.command_status, long.progress], ['RUNNING', { done: 1, total: 2 }]);
    finish('done');
    const same = await it.get(long.id, true);
    assert.deepEqual([same.command_status, same.command_result], ['SUCCEEDED', { result: 'long: done' }]);
    assert.deepEqual(Object.keys(same).sort(), KEYS);
    assert.deepEqual(
      it.list().map((each) => each.command_name),
      ['echo', 'long'],
    );
  });

  test('while a long command runs every other is refused, and the end is told once', async () => {
    const { board: it, finish, ends, tick } = board();
    await it.execute('x.long', {}, false);
    await assert.rejects(
      it.execute('x.echo', { text: '' }, false),
      (error) => error instanceof HttpFault && error.status === 409 && /Agent is busy: executing command long/.test(error.message),
    );
    await tick();
    finish(null);
    await tick();
    assert.equal(ends(), 1);
    assert.equal((await it.execute('x.echo', { text: 'now' }, false)).command_status, 'SUCCEEDED');
    assert.equal(ends(), 1);
  });

  test('what fails has an error with all four keys, whatever was thrown', async () => {
    const { board: it, fail, tick } = board();
    const bad = await it.execute('x.bad', {}, false);
    assert.deepEqual(bad.command_error, {
      type: 'CommandExecutionError',
      code: 500,
      message: 'CommandExecutionError: oops',
      details: 'oops',
    });
    const long = await it.execute('x.long', {}, false);
    await tick();
    fail(new AgentError('VersionMismatch', 'changed'));
    assert.equal((await it.get(long.id, true)).command_status, 'CLEAN_VERSION_MISMATCH');
    assert.equal(JSON.parse(JSON.stringify(it.list())).length, 2);
  });

  test('refusals leave no trace', async () => {
    const { board: it } = board();
    const status = async (name: string, params: { [key: string]: Json }): Promise<number> => {
      try {
        await it.execute(name, params, false);
      } catch (error) {
        if (error instanceof HttpFault) return error.status;
        throw error;
      }
      return 200;
    };
    assert.deepEqual(
      [
        await status('nodot', {}),
        await status('y.echo', {}),
        await status('x.other', {}),
        await status('x.echo', {}),
        await status('x.echo', { text: '', more: 1 }),
        await status('x.checked', {}),
        await status('x.toString', {}),
        await status('constructor.name', {}),
      ],
      [400, 404, 400, 400, 400, 400, 400, 404],
    );
    await assert.rejects(it.get('nothing', false), /not known/);
    assert.deepEqual(it.list(), []);
  });

  test('the list is bounded; of long results only the newest stays whole', async () => {
    const { board: it } = board();
    const long = 'x'.repeat(70_000);
    for (let index = 0; index < 300; index++) await it.execute('x.echo', { text: index % 100 === 99 ? long : String(index) }, false);
    const list = it.list();
    assert.equal(list.length, 256);
    assert.deepEqual(list.at(-1)?.command_result, { result: long });
    assert.ok(JSON.stringify(list).length < 3 * long.length);
    assert.deepEqual(list[0]?.command_result, { result: '44' });
  });
});
