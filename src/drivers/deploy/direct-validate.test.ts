import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { IMAGE, directScene as scene } from '../testing/direct-scene.ts';
import { testNode } from '../testing/driver-scene.ts';
import { scriptedAgents } from '../testing/scripted-agents.ts';
import { capabilities, targetBootMode } from './agent-boot-mode.ts';
import { logFileName } from './agent-logs.ts';

describe('validation', () => {
  const refusals: [JsonObject, Partial<Node>, RegExp][] = [
    [{ image_source: undefined }, {}, /Some parameters were missing\. Missing are: \['instance_info\.image_source'\]/],
    [{ image_type: 'partition' }, {}, /Missing are: \['instance_info\.root_gb'\]/],
    [{ image_type: 'partition', root_gb: 'ten' }, {}, /"ten" is not an integer/],
    [{ image_checksum: undefined }, {}, /image_checksum, or image_os_hash_algo and image_os_hash_value, must be provided/],
    [{ image_os_hash_algo: 'sha256' }, {}, /must be given together/],
    [{ boot_iso: 'http://x' }, {}, /mutually exclusive/],
    [{ image_type: 'tape' }, {}, /image_type: "tape"/],
    [{ image_download_source: 'carrier pigeon' }, {}, /carrier pigeon/],
    [{ image_download_source: 'swift' }, {}, /swift is not built/],
    [{ root_device: { colour: 'red' } }, {}, /instance_info\.root_device: root device hint "colour" is unknown/],
    [{}, { properties: { root_device: { size: 'x' } } }, /properties\.root_device/],
    [{}, { driver_info: { image_http_proxy: 'ftp://p' } }, /image_http_proxy must be an http or https URL/],
  ];
  test('good', async () => {
    const { direct, task, journal } = scene();
    await direct.validate(task);
    assert.deepEqual(journal, ['image validated']);
  });

  test('bad, each with its reason', async () => {
    for (const [info, patch, message] of refusals) {
      const { direct, task, journal } = scene({ node: { instance_info: { ...IMAGE, ...info }, ...patch } });
      await assert.rejects(direct.validate(task), message);
      assert.deepEqual(journal, []);
    }
  });
});

describe('small parts', () => {
  test('boot mode', () => {
    const mode = (patch: Partial<Node>): string => targetBootMode(testNode(patch), configFrom({ 'deploy.default_boot_mode': 'bios' }));
    assert.equal(mode({}), 'bios');
    assert.equal(mode({ boot_mode: 'uefi' }), 'uefi');
    assert.equal(mode({ boot_mode: 'uefi', properties: { capabilities: 'a:b,boot_mode:bios' } }), 'bios');
    assert.equal(
      mode({ instance_info: { capabilities: '{"secure_boot": "true"}' }, properties: { capabilities: 'boot_mode:bios' } }),
      'uefi',
    );
    assert.deepEqual(capabilities('{broken'), {});
  });

  test('logs: stored under a name that leads nowhere else, and never a failure', async () => {
    const node = testNode({ name: '../../etc', instance_uuid: 'i' });
    assert.equal(logFileName(node, 'cleaning', 0), `${node.uuid}_..-..-etc_i_cleaning_1970-01-01-00-00-00.tar.gz`);
    const directory = await mkdtemp(join(tmpdir(), 'wrought-logs-'));
    try {
      const agents = scriptedAgents({ 'log.collect_system_logs': { result: { system_logs: Buffer.from('archive').toString('base64') } } });
      const { direct, task } = scene({ agents, config: { 'agent.deploy_logs_local_path': join(directory, 'new') } });
      await direct.inBand?.collectLogs(task, '');
      const [file] = await readdir(join(directory, 'new'));
      assert.equal(await readFile(join(directory, 'new', file ?? ''), 'utf8'), 'archive');
      const broken = scene({ agents: scriptedAgents({ 'log.collect_system_logs': new WroughtError('AGENT_CONNECTION_FAILED', 'x') }) });
      await broken.direct.inBand?.collectLogs(broken.task, '');
      const never = scene({ config: { 'agent.deploy_logs_collect': 'never' } });
      await never.direct.inBand?.collectLogs(never.task, '');
      assert.deepEqual(never.agents.sent, []);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('the properties of the interface are described', () => {
    assert.ok('deploy_forces_oob_reboot' in scene().direct.properties);
  });
});
