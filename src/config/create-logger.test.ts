import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './create-logger.ts';

function capture(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }));
  return lines.map((line) => JSON.parse(line));
}

test('secrets are masked by field name at any depth, in children too', () => {
  const lines = capture((log) => {
    log
      .child({ agent_token: 'SECRET' })
      .info({ driver_info: { redfish_password: 'SECRET', redfish_username: 'admin' }, list: [{ Password: 'SECRET' }] }, 'm');
  });
  assert.ok(!JSON.stringify(lines).includes('SECRET'));
  assert.deepEqual(lines[0]?.driver_info, { redfish_password: '******', redfish_username: 'admin' });
  assert.equal(lines[0]?.msg, 'm');
  assert.equal(lines[0]?.level, 'info');
});

test('passwords in URLs are masked, in errors and their causes too', () => {
  const error = new Error('connect postgresql://u:SECRET@db/x failed', { cause: new Error('http://a:SECRET@b') });
  const lines = capture((log) => log.error({ error, url: 'http://a:SECRET@b/c' }));
  assert.ok(!JSON.stringify(lines).includes('SECRET'));
  assert.equal(lines[0]?.url, 'http://a:******@b/c');
});

test('circular fields do not break the log', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.equal(capture((log) => log.info(loop, 'still here'))[0]?.msg, 'still here');
});
