import assert from 'node:assert/strict';
import { type AgentScene, NODE_UUID, TOKEN } from '../../agent/testing/agent-scene.ts';
import { startImageServer } from '../../agent/testing/image-server.ts';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { readGpt } from '../../image/gpt.ts';
import { systemClock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import { type AgentClient, type AgentCommand, type AgentNode, createAgentClient } from '../agent-link/agent-client.ts';

export const MIB = 1024 * 1024;
/** The node as commands carry it. */
export const NODE_RECORD = { uuid: NODE_UUID, properties: {}, instance_info: {}, driver_internal_info: {} };

/** The conductor's client and what it knows of the node after the first heartbeat. */
export async function connect(scene: AgentScene): Promise<{ client: AgentClient; node: AgentNode }> {
  const beat = await scene.conductor.heartbeatNumber(1);
  const client = createAgentClient({ config: configFrom({}), clock: systemClock, log: silentLogger });
  const node = {
    uuid: NODE_UUID,
    driver_info: {},
    driver_internal_info: {
      agent_url: beat.callback_url,
      agent_secret_token: TOKEN,
      ...(beat.agent_verify_ca === undefined ? {} : { agent_verify_ca: beat.agent_verify_ca }),
    },
  };
  return { client, node };
}

/** Waits for the end of the newest command. */
export async function ended(client: AgentClient, node: AgentNode): Promise<AgentCommand> {
  for (;;) {
    const last = (await client.commands(node)).at(-1);
    assert.ok(last);
    if (last.status !== 'running') return last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Parameters of `deploy.execute_deploy_step` for write_image. */
export function writeStep(imageInfo: JsonObject, configdrive: string | null = null, node: JsonObject = NODE_RECORD): JsonObject {
  return {
    step: { interface: 'deploy', step: 'write_image', args: { image_info: { id: 'image', ...imageInfo }, configdrive } },
    node,
    ports: [],
    deploy_version: null,
  };
}

/** Sends write_image and answers how it ended. */
export async function write(
  scene: AgentScene,
  imageInfo: JsonObject,
  configdrive: string | null = null,
  record: JsonObject = NODE_RECORD,
): Promise<AgentCommand> {
  const { client, node } = await connect(scene);
  try {
    const sent = await client.command(node, 'deploy.execute_deploy_step', writeStep(imageInfo, configdrive, record));
    assert.equal(sent.status, 'running');
    return await ended(client, node);
  } finally {
    await client.close();
  }
}

/** Checks that nothing boots from the disk. */
export async function startsWithZeros(scene: AgentScene, disk: string): Promise<void> {
  const device = await scene.disk(disk);
  assert.ok(
    (await device.read(0, MIB)).every((byte) => byte === 0),
    'the first MiB must be empty, so that nothing boots',
  );
  assert.equal(await readGpt(device), null);
  await device.close();
}

/** An image server that ends with its scope. */
export async function serve(
  files: Parameters<typeof startImageServer>[0],
): Promise<Awaited<ReturnType<typeof startImageServer>> & AsyncDisposable> {
  const server = await startImageServer(files);
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}
