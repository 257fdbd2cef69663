import type { Clock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import { CommandFailure } from '../cli-error.ts';
import type { ApiClient } from '../client/api-client.ts';
import { waitForState } from '../client/wait-for-state.ts';
import type { MachineStatus } from './demo-view.ts';
import { isErased, verifyDisk } from './verify-disk.ts';

/** A machine of the rack as its description gives it. */
export interface DemoMachine {
  readonly name: string;
  readonly redfish: { readonly address: string; readonly system_id: string; readonly username: string; readonly password: string };
  readonly macs: readonly string[];
  readonly disks: readonly { readonly path: string; readonly serial: string; readonly size: number }[];
}

/** How far a machine came. */
export interface WalkResult {
  readonly name: string;
  deployed: boolean;
  verified: boolean;
  tornDown: boolean;
  error: string | null;
}

export interface WalkTools {
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly image: { readonly url: string; readonly sha256: string; readonly diskFormat: string; readonly disk: ByteSource };
  /** Nothing of a machine may take longer, in milliseconds. */
  readonly stageTimeoutMs: number;
  readonly show: (status: MachineStatus) => void;
}

/** Takes one machine from its BMC address to a running system and back, checking its disk on the way. Never throws: the result says. */
export async function walkMachine(machine: DemoMachine, tools: WalkTools): Promise<WalkResult> {
  const result: WalkResult = { name: machine.name, deployed: false, verified: false, tornDown: false, error: null };
  try {
    await walk(machine, tools, result);
    tools.show({ name: machine.name, stage: 'done', state: 'available', detail: '', percent: null });
  } catch (error) {
    result.error = error instanceof Error ? error.message : String(error);
    tools.show({ name: machine.name, stage: 'failed', state: '', detail: result.error, percent: null });
  }
  return result;
}

async function walk(machine: DemoMachine, tools: WalkTools, result: WalkResult): Promise<void> {
  const { api, image, show } = tools;
  const { name } = machine;
  const say = (stage: string, state: string): void => show({ name, stage, state, detail: '', percent: null });

  say('enrol', '');
  const { uuid } = await enrol(api, machine);
  const path = `/v1/nodes/${uuid}`;
  const go = async (stage: string, body: JsonObject, wanted: string): Promise<void> => {
    say(stage, '');
    await api.put(`${path}/states/provision`, body);
    await waitForState({
      api,
      node: uuid,
      wanted: [wanted],
      timeoutMs: tools.stageTimeoutMs,
      clock: tools.clock,
      signal: tools.signal,
      changed: ({ view, step, percent }) => show({ name, stage, state: view.state, detail: step ?? '', percent }),
    });
  };

  await go('manage', { target: 'manage' }, 'manageable');
  await go('inspect', { target: 'inspect' }, 'manageable');
  await go('provide', { target: 'provide' }, 'available');

  const userData = `#cloud-config\nhostname: ${name}\n`;
  await api.patch(path, [
    { op: 'add', path: '/instance_info/image_source', value: image.url },
    { op: 'add', path: '/instance_info/image_os_hash_algo', value: 'sha256' },
    { op: 'add', path: '/instance_info/image_os_hash_value', value: image.sha256 },
    { op: 'add', path: '/instance_info/image_disk_format', value: image.diskFormat },
  ]);
  const configdrive = { meta_data: { hostname: name }, user_data: userData };
  await go('deploy', { target: 'active', configdrive }, 'active');
  result.deployed = true;

  say('verify', 'active');
  const disk = rootDisk(machine);
  await verifyDisk(disk, { image: image.disk, metaData: { hostname: name, uuid }, userData });
  result.verified = true;

  await go('tear down', { target: 'deleted' }, 'available');
  if (!(await isErased(disk))) throw new CommandFailure(`disk ${disk} still has a partition table after cleaning`);
  result.tornDown = true;
}

async function enrol(api: ApiClient, machine: DemoMachine): Promise<{ uuid: string }> {
  const created = await api.post('/v1/nodes', {
    name: machine.name,
    driver: 'redfish',
    driver_info: {
      redfish_address: machine.redfish.address,
      redfish_system_id: machine.redfish.system_id,
      redfish_username: machine.redfish.username,
      redfish_password: machine.redfish.password,
    },
    resource_class: 'baremetal',
  });
  const { uuid } = created;
  if (typeof uuid !== 'string') throw new CommandFailure(`node ${machine.name}: the answer to its creation has no UUID`);
  for (const address of machine.macs) await api.post('/v1/ports', { node_uuid: uuid, address });
  return { uuid };
}

/** Where the agent installs without hints: the smallest disk above 4 GiB. */
function rootDisk(machine: DemoMachine): string {
  const fitting = machine.disks.filter(({ size }) => size >= 4 * 1024 ** 3).sort((a, b) => a.size - b.size);
  const first = fitting[0];
  if (first === undefined) throw new CommandFailure(`machine ${machine.name} has no disk of 4 GiB or more`);
  return first.path;
}
