import assert from 'node:assert/strict';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import type { ImageService } from '../../image/image-service.ts';
import { type Clock, VirtualClock } from '../../model/clock.ts';
import type { Node } from '../../model/node.ts';
import { createDirectDeploy } from '../deploy/direct.ts';
import type { DeployInterface, NodeDriver } from '../driver.ts';
import { FAKE_CONFIG, type TestTask, testNode, testRegistry, testTask } from './driver-scene.ts';
import { type ScriptedAgents, scriptedAgents } from './scripted-agents.ts';

export const IMAGE = { image_source: 'http://images/x/disk.raw?sig=1', image_checksum: 'a'.repeat(64), image_disk_format: 'raw' };
export const AGENT = { agent_url: 'https://agent:9999', agent_secret_token: 't'.repeat(43) };

export interface DirectScene {
  readonly task: TestTask;
  readonly direct: DeployInterface;
  readonly agents: ScriptedAgents;
  /** What was asked of boot, network, management and images, in order. */
  readonly journal: string[];
  step(name: string): Promise<string>;
}

/** A direct deployment over fakes that note what is asked of them; nothing has happened yet. */
export function directScene(
  options: {
    node?: Partial<Node>;
    agents?: ScriptedAgents;
    config?: Record<string, string>;
    clock?: Clock;
    driver?: Partial<NodeDriver>;
  } = {},
): DirectScene {
  const journal: string[] = [];
  const config = configFrom({ ...FAKE_CONFIG, ...options.config });
  const clock = options.clock ?? new VirtualClock(0);
  const note = (what: string) => async (): Promise<void> => void journal.push(what);
  const images: ImageService = {
    validate: note('image validated'),
    async prepare(_uuid, image, mode) {
      journal.push(`image prepared ${mode} ${image.diskFormat}`);
      return { url: 'http://files/secret', hashAlgo: 'sha256', hashValue: 'b'.repeat(64), diskFormat: 'raw', virtualSize: 5 };
    },
    release: note('image released'),
  };
  const agents = options.agents ?? scriptedAgents();
  const node = testNode({ instance_info: IMAGE, power_state: 'power off', driver_internal_info: AGENT, ...options.node });
  const fake = testRegistry(FAKE_CONFIG, { clock }).compose(node);
  const driver: NodeDriver = {
    ...fake,
    boot: {
      ...fake.boot,
      async prepareRamdisk(_task, params) {
        journal.push(`ramdisk prepared ${JSON.stringify(params)}`);
      },
      cleanUpRamdisk: note('ramdisk cleaned up'),
      prepareInstance: note('instance prepared'),
      cleanUpInstance: note('instance cleaned up'),
    },
    network: {
      ...fake.network,
      addNetwork: async (_task, phase) => void journal.push(`network ${phase} added`),
      removeNetwork: async (_task, phase) => void journal.push(`network ${phase} removed`),
      configureTenantNetworks: note('tenant networks on'),
      unconfigureTenantNetworks: note('tenant networks off'),
    },
    management: {
      ...fake.management,
      setBootDevice: async (_task, device, persistent) => void journal.push(`boot from ${device} ${persistent}`),
    },
    ...options.driver,
  };
  const task = testTask(driver, node, { clock });
  const direct = createDirectDeploy({
    config,
    log: silentLogger,
    clock,
    images,
    media: { baseUrl: '', publish: async () => '', withdraw: async () => {} },
    agents,
  });
  return {
    task,
    direct,
    agents,
    journal,
    async step(name) {
      const found = direct.steps.find((each) => each.step === name);
      assert.ok(found, name);
      return found.run(task, {});
    },
  };
}
