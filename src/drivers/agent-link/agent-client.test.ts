import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { createAgentClient } from './agent-client.ts';
import { faultText, parseAgentCommand, parseAgentCommands } from './agent-command.ts';
import type { AgentAnswer, AgentRequest, AgentTransport } from './agent-transport.ts';
import { agentUrl } from './agent-transport.ts';

const TOKEN = 'secret-token-secret-token-secret-token';
const NODE = { uuid: 'n1', driver_info: {}, driver_internal_info: { agent_url: 'https://a:9999/', agent_secret_token: TOKEN } };
const result = (name: string, status: string, more: object = {}): object => ({
  id: name,
  command_name: name,
  command_status: status,
  command_error: null,
  command_result: null,
  ...more,
});
const ok = (body: unknown): AgentAnswer => ({ status: 200, body: JSON.stringify(body) });
const gone = new WroughtError('AGENT_CONNECTION_FAILED', 'connection refused');

/** A client whose requests get the answers given, in order. */
function scene(answers: (AgentAnswer | Error)[], values: Record<string, string> = {}) {
  const asked: AgentRequest[] = [];
  const transport: AgentTransport = {
    async send(_node, request) {
      asked.push(request);
      const answer = answers.shift();
      if (answer === undefined) throw new Error('the script has no more answers');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    forget() {},
    async close() {},
  };
  const clock = new VirtualClock(0);
  return { asked, clock, client: createAgentClient({ config: configFrom(values), clock, log: silentLogger, transport }) };
}

describe('agent client', () => {
  test('sends name, params and wait; reads the result', async () => {
    const { client, asked } = scene([ok(result('get_hardware_info', 'SUCCEEDED', { command_result: { hostname: 'h' } }))]);
    assert.deepEqual(await client.run(NODE, 'poll.get_hardware_info', {}), { hostname: 'h' });
    assert.deepEqual(asked, [
      {
        method: 'POST',
        path: 'commands/',
        query: { wait: 'true' },
        body: { name: 'poll.get_hardware_info', params: {} },
        timeoutSeconds: 60,
        signal: undefined,
      },
    ]);
  });

  test('an answer that got lost: the command runs, so it counts as sent', async () => {
    const { client, asked } = scene([
      gone,
      ok({ commands: [result('execute_deploy_step', 'RUNNING', { progress: { done: 1, total: 4 } })] }),
    ]);
    const command = await client.command(NODE, 'deploy.execute_deploy_step', {});
    assert.deepEqual([command.status, command.progress], ['running', { done: 1, total: 4 }]);
    assert.deepEqual(
      asked.map((each) => each.method),
      ['POST', 'GET'],
    );
  });

  test('an answer that got lost: another command is last, so it is sent again, three times at most', async () => {
    const list = ok({ commands: [result('other', 'RUNNING')] });
    const { client, asked } = scene([gone, list, gone, gone, gone, gone]);
    await assert.rejects(
      client.command(NODE, 'standby.sync', {}),
      (error) => hasCode(error, 'AGENT_CONNECTION_FAILED') && /no answer in 3 tries: connection refused/.test(error.message),
    );
    assert.deepEqual(
      asked.map((each) => each.method),
      ['POST', 'GET', 'POST', 'GET', 'POST', 'GET'],
    );
  });

  test('busy, refused, nonsense', async () => {
    const fault = (status: number, text: string): AgentAnswer => ({
      status,
      body: JSON.stringify({ faultcode: 'Client', faultstring: text }),
    });
    const cases: [AgentAnswer, string, RegExp][] = [
      [fault(409, 'Agent is busy: executing command x'), 'AGENT_IN_PROGRESS', /executing command x/],
      [fault(400, 'Agent is busy: y'), 'AGENT_IN_PROGRESS', /busy: y/],
      [fault(401, `token ${TOKEN} is wrong`), 'AGENT_API_ERROR', /answered 401: token \*{6} is wrong/],
      [{ status: 502, body: '<html>gateway</html>' }, 'AGENT_API_ERROR', /answered 502: <html>/],
      [{ status: 200, body: 'hello' }, 'AGENT_API_ERROR', /without a JSON object: "hello"/],
      [ok([1]), 'AGENT_API_ERROR', /without a JSON object/],
      [ok({}), 'AGENT_API_ERROR', /not a command result/],
      [
        ok(result('x', 'FAILED', { command_error: { type: 'TypeError', code: 500, message: 'm', details: 'got an unexpected keyword' } })),
        'AGENT_API_ERROR',
        /unexpected keyword/,
      ],
    ];
    for (const [answer, code, message] of cases) {
      const { client } = scene([answer]);
      await assert.rejects(client.command(NODE, 'standby.sync', {}), (error) => {
        assert.ok(error instanceof WroughtError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    }
  });

  test('a long command is asked for until it ends', async () => {
    const list = (status: string): AgentAnswer =>
      ok({ commands: [result('install_bootloader', 'FAILED'), result('install_bootloader', status)] });
    const { client, clock, asked } = scene([
      ok(result('install_bootloader', 'RUNNING')),
      list('RUNNING'),
      list('RUNNING'),
      list('SUCCEEDED'),
    ]);
    const running = client.runLong(NODE, 'image.install_bootloader', { root_uuid: null });
    await clock.advance(17_000);
    assert.equal(asked.length, 3);
    await clock.advance(1_000);
    assert.equal((await running).status, 'succeeded');
  });

  test('a long command that does not end is given up', async () => {
    const values = { 'agent.command_wait_attempts': '2', 'agent.command_wait_interval': '6' };
    const running = ok({ commands: [result('install_bootloader', 'RUNNING')] });
    const { client, clock } = scene([ok(result('install_bootloader', 'RUNNING')), running, running], values);
    const rejected = assert.rejects(client.runLong(NODE, 'image.install_bootloader', {}), /still running after 12 seconds/);
    await clock.advance(12_000);
    await rejected;
  });

  test('a URL that is none is told', () => {
    assert.equal(agentUrl(NODE), 'https://a:9999');
    assert.throws(() => agentUrl({ ...NODE, driver_internal_info: {} }), /no agent has called in/);
    assert.throws(() => agentUrl({ ...NODE, driver_internal_info: { agent_url: 'file:///etc' } }), /no http\(s\) URL/);
  });
});

describe('results of commands', () => {
  test("full names are cut, errors read in the peer's order", () => {
    const parsed = parseAgentCommand(
      result('clean.get_clean_steps', 'FAILED', { command_error: { type: 'T', message: 'm', details: '' } }),
    );
    assert.deepEqual([parsed?.name, parsed?.status, parsed?.error, parsed?.errorType], ['get_clean_steps', 'failed', 'm', 'T']);
    assert.equal(parseAgentCommand(result('x', 'FAILED', { command_error: 'plain' }))?.error, 'plain');
    assert.equal(parseAgentCommand(result('x', 'FAILED', { command_error: { code: 5 } }))?.error, '{"code":5}');
    assert.equal(parseAgentCommand(result('x', 'CLEAN_VERSION_MISMATCH'))?.status, 'version_mismatch');
    assert.equal(parseAgentCommand(result('x', 'DANCING'))?.status, 'unknown');
  });

  test('any JSON is read or told apart, and texts are bounded', () => {
    const near = fc.record({
      id: fc.jsonValue(),
      command_name: fc.jsonValue(),
      command_status: fc.jsonValue(),
      command_error: fc.jsonValue(),
      command_result: fc.jsonValue(),
      progress: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (value) => {
        const parsed = parseAgentCommand(value);
        if (parsed !== undefined) assert.ok((parsed.error ?? '').length <= 16_384);
        parseAgentCommands({ commands: value });
        parseAgentCommands(value);
        assert.ok(faultText(JSON.stringify(value) ?? '').length <= 16_384);
      }),
    );
    assert.equal(parseAgentCommand(result('x', 'FAILED', { command_error: 'y'.repeat(100_000) }))?.error?.length, 16_384);
  });
});
