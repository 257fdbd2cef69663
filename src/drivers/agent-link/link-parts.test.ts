import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { VirtualClock } from '../../model/clock.ts';
import { testNode } from '../testing/driver-scene.ts';
import { apiUrlForRamdisk } from './api-url.ts';
import { fastTrackAlive } from './fast-track.ts';
import { maskToken } from './mask-token.ts';
import { nodeForAgent } from './node-for-agent.ts';

test('tokens leave every text', () => {
  assert.equal(
    maskToken('GET /v1/commands/?wait=true&agent_token=abc&x=1 failed', null),
    'GET /v1/commands/?wait=true&agent_token=******&x=1 failed',
  );
  assert.equal(maskToken('it was abc-def', 'abc-def'), 'it was ******');
});

test('where ramdisks find the API', () => {
  assert.equal(apiUrlForRamdisk(configFrom({ 'api.host_ip': '0.0.0.0', 'DEFAULT.my_ip': '10.0.0.5' })), 'http://10.0.0.5:6385');
  assert.equal(apiUrlForRamdisk(configFrom({ 'api.host_ip': 'fd00::1', 'api.enable_ssl_api': 'true' })), 'https://[fd00::1]:6385');
  const both = configFrom({ 'api.public_endpoint': 'https://p/', 'deploy.external_callback_url': 'https://e/' });
  assert.deepEqual([apiUrlForRamdisk(both), apiUrlForRamdisk(both, true)], ['https://p', 'https://e']);
});

test('the agent sees the node without secrets, without lease, with times as text', () => {
  const node = testNode({
    created_at: 0,
    driver_info: { redfish_password: 'p', redfish_address: 'https://b' },
    driver_internal_info: { agent_secret_token: 't', agent_erase_devices_iterations: 1 },
    instance_info: { configdrive: 'x', image_url: 'http://secret', root_device: { serial: 's' } },
    lease_token: 5,
  });
  const seen = nodeForAgent(node);
  assert.deepEqual(seen.driver_info, { redfish_password: '******', redfish_address: 'https://b' });
  assert.deepEqual(seen.driver_internal_info, { agent_secret_token: '******', agent_erase_devices_iterations: 1 });
  assert.deepEqual(seen.instance_info, { configdrive: '******', image_url: '******', root_device: { serial: 's' } });
  assert.deepEqual([seen.created_at, seen.lease_token, seen.id, seen.uuid], ['1970-01-01T00:00:00.000Z', undefined, undefined, node.uuid]);
});

test('fast track needs a living agent', () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1, 12));
  const config = configFrom({ 'deploy.fast_track': 'true' });
  const info = { agent_url: 'https://a', agent_last_heartbeat: '2026-01-01T11:58:00' };
  const node = testNode({ power_state: 'power on', driver_internal_info: info });
  assert.equal(fastTrackAlive(node, config, clock), true);
  assert.equal(fastTrackAlive({ ...node, driver_info: { fast_track: 'false' } }, config, clock), false);
  assert.equal(fastTrackAlive({ ...node, last_error: 'x' }, config, clock), false);
  assert.equal(fastTrackAlive({ ...node, power_state: 'power off' }, config, clock), false);
  assert.equal(
    fastTrackAlive({ ...node, driver_internal_info: { ...info, agent_last_heartbeat: '2026-01-01T11:54:59.000Z' } }, config, clock),
    false,
  );
  assert.equal(fastTrackAlive(node, configFrom({}), clock), false);
});
