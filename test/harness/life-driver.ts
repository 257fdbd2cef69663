import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { isProvisionState, type ProvisionState, STATE_INFO } from '../../src/model/states.ts';
import type { RackMachine } from './rack-process.ts';
import type { KillableService } from './service-process.ts';

/** No state that acts or waits may last longer: the harness's call-back time-outs are 60 s, and time-outs are looked for every 2 s. */
const STUCK_AFTER_MS = 120_000;

/** What an operator does in a state in which a life cannot go on. */
const WAY_OUT: Partial<Record<ProvisionState, string>> = {
  enroll: 'manage',
  manageable: 'provide',
  'inspect failed': 'manage',
  'clean failed': 'manage',
  'adopt failed': 'manage',
  'deploy failed': 'deleted',
  error: 'deleted',
  active: 'deleted',
};

/** Takes one machine through its lives as an operator with a script would, whatever happens to the service meanwhile. */
export interface LifeDriver {
  readonly name: string;
  readonly uuid: string;
  readonly state: ProvisionState;
  readonly lives: number;
  /** Verbs that were needed because work had failed. */
  readonly recoveries: number;
  /** Requests that took effect, by verb. */
  readonly accepted: Record<string, number>;
  enrol(): Promise<void>;
  /** From wherever the node is to available, to active, bytes verified, and back to available. */
  live(): Promise<void>;
}

export function createLifeDriver({
  service,
  machine,
  imageDir,
  image,
}: {
  service: KillableService;
  machine: RackMachine;
  /** Holds `image.raw`, `kernel` and `ramdisk`. */
  imageDir: string;
  image: Buffer;
}): LifeDriver {
  const imagePath = join(imageDir, 'image.raw');
  const checksum = createHash('sha256').update(image).digest('hex');
  let uuid = '';
  let state: ProvisionState = 'enroll';
  let lives = 0;
  let recoveries = 0;
  const accepted: Record<string, number> = {};

  /** Repeats until the service answers; the kill may fall into any request. */
  async function insist(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    for (let tries = 0; tries < 600; tries++) {
      const answer = await service.request(method, path, body);
      if (answer && answer.status !== 503 && answer.status !== 409) return answer;
      await pause(answer ? 200 : 50);
    }
    throw new Error(`${machine.name}: ${method} ${path}: no answer in 600 tries`);
  }

  async function node(): Promise<JsonObject> {
    const { status, body } = await insist('GET', `/v1/nodes/${uuid}`);
    assert.equal(status, 200, `${machine.name}: an acknowledged node is never lost: ${JSON.stringify(body)}`);
    assert.ok(isJsonObject(body));
    const text = String(body.provision_state);
    assert.ok(isProvisionState(text), `${machine.name}: ${text} is a state of the contract`);
    state = text;
    return body;
  }

  /** Sends a verb; when the answer was lost, looks whether it took effect. */
  async function verb(name: string): Promise<void> {
    const before = await node();
    const body: Record<string, unknown> = { target: name };
    if (name === 'active') body.configdrive = { meta_data: { hostname: machine.name } };
    const answer = await service.request('PUT', `/v1/nodes/${uuid}/states/provision`, body);
    if (answer?.status === 202) accepted[name] = (accepted[name] ?? 0) + 1;
    else if (answer === null) {
      const after = await node();
      if (after.provision_updated_at !== before.provision_updated_at || after.provision_state !== before.provision_state)
        accepted[name] = (accepted[name] ?? 0) + 1;
    } else if (![400, 409, 503].includes(answer.status)) {
      assert.fail(`${machine.name}: ${name} in ${before.provision_state}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }

  /** Waits until nothing acts on the node any more. */
  async function settled(): Promise<JsonObject> {
    let since = Date.now();
    let last = '';
    for (;;) {
      const now = await node();
      const mark = `${now.provision_state} ${now.provision_updated_at} ${JSON.stringify(now.deploy_step)}${JSON.stringify(now.clean_step)}`;
      if (mark !== last) {
        last = mark;
        since = Date.now();
      }
      const { kind, hold } = STATE_INFO[state];
      if ((kind === 'stable' || kind === 'fail') && now.reservation === null) return now;
      assert.ok(!hold, `${machine.name}: nobody asked for a hold`);
      assert.ok(
        Date.now() - since < STUCK_AFTER_MS,
        `${machine.name}: stuck in ${state} for ${STUCK_AFTER_MS / 1000} s: reservation ${now.reservation}, last_error ${now.last_error}`,
      );
      await pause(100);
    }
  }

  async function reach(goal: ProvisionState, by: string, from: ProvisionState): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const now = await settled();
      if (state === goal) return;
      if (now.maintenance === true) await insist('DELETE', `/v1/nodes/${uuid}/maintenance`);
      if (state === from) {
        await verb(by);
        continue;
      }
      const way = WAY_OUT[state];
      assert.ok(way, `${machine.name}: no way out of ${state}`);
      if (STATE_INFO[state].kind === 'fail' || state === 'error') {
        recoveries++;
        assert.ok(typeof now.last_error === 'string' && now.last_error !== '', `${machine.name}: ${state} explains itself in last_error`);
      }
      await verb(way);
    }
    assert.fail(`${machine.name}: ${goal} was not reached in 200 rounds; now ${state}`);
  }

  return {
    name: machine.name,
    get uuid() {
      return uuid;
    },
    get state() {
      return state;
    },
    get lives() {
      return lives;
    },
    get recoveries() {
      return recoveries;
    },
    accepted,
    async enrol() {
      const found = await insist('GET', `/v1/nodes/${machine.name}`);
      if (found.status === 404) {
        await insist('POST', '/v1/nodes', {
          name: machine.name,
          driver: 'redfish',
          driver_info: {
            redfish_address: machine.redfish.address,
            redfish_system_id: machine.redfish.system_id,
            redfish_username: machine.redfish.username,
            redfish_password: machine.redfish.password,
            deploy_kernel: `file://${join(imageDir, 'kernel')}`,
            deploy_ramdisk: `file://${join(imageDir, 'ramdisk')}`,
          },
        });
      }
      const { body } = await insist('GET', `/v1/nodes/${machine.name}`);
      assert.ok(isJsonObject(body));
      uuid = String(body.uuid);
      for (const address of machine.macs) await insist('POST', '/v1/ports', { node_uuid: uuid, address });
    },
    async live() {
      await reach('available', 'provide', 'manageable');
      for (;;) {
        await insist('PATCH', `/v1/nodes/${uuid}`, [
          {
            op: 'add',
            path: '/instance_info',
            value: {
              image_source: `file://${imagePath}`,
              image_os_hash_algo: 'sha256',
              image_os_hash_value: checksum,
              image_disk_format: 'raw',
            },
          },
        ]);
        await verb('active');
        await settled();
        if (state === 'active') break;
        await reach('available', 'provide', 'manageable');
      }
      verifyBytes(machine, image);
      await reach('available', 'deleted', 'active');
      lives++;
    },
  };
}

/** A node is active only when its disk holds the image: all bytes but the partition tables, which are moved and extended. */
function verifyBytes(machine: RackMachine, image: Buffer): void {
  const holds = machine.disks.some(({ path }) => {
    const file = openSync(path, 'r');
    const found = Buffer.alloc(image.length);
    readSync(file, found, 0, image.length, 0);
    closeSync(file);
    const from = 34 * 512;
    return found.subarray(from, image.length - from).equals(image.subarray(from, image.length - from));
  });
  assert.ok(holds, `${machine.name} is active but no disk of it holds the image`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
