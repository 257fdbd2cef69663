/** openstacksdk, unmodified, takes a machine of the simulated rack through its life, by the real service. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientStage } from './client-stage.ts';
import { pythonEnvironment } from './python-environment.ts';

const USER_DATA = '#cloud-config\nhostname: by-sdk\n';
const LIMIT_MS = 170_000;

test('openstacksdk, unmodified: enrol, inspect, clean, deploy with a config drive, undeploy, pages', async () => {
  const { python } = await pythonEnvironment();
  await using stage = await clientStage();
  const { machine } = stage;
  const { username, password } = machine.plan.credentials;
  const macs = machine.plan.nics.map(({ mac }) => mac);
  await using script = dialogue(python, 'sdk_rack.py', {
    url: stage.apiUrl,
    driver_info: {
      redfish_address: machine.address,
      redfish_system_id: `/redfish/v1/Systems/${machine.plan.uuid}`,
      redfish_username: username,
      redfish_password: password,
    },
    macs,
    instance_info: {
      image_source: stage.imageUrl,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: stage.image.sha256,
      image_disk_format: 'raw',
    },
    user_data: USER_DATA,
  });

  assert.deepEqual(await script.next(), {
    created: 'enroll',
    managed: 'manageable',
    cleaned: 'manageable',
    serial: machine.plan.serialNumber,
    memory: true,
    provided: 'available',
    ports: [...macs].sort(),
  });
  assert.deepEqual(await script.next(), { deployed: 'active', power: 'power on', error: null, valid: true });
  await stage.verify('by-sdk', USER_DATA);
  assert.deepEqual(await script.next(), {
    off: 'power off',
    on: 'power on',
    device: { boot_device: 'pxe', persistent: true },
    undeployed: 'available',
  });
  await stage.verifyErased();
  assert.deepEqual(await script.next(), {
    listed: ['sdk-rack', 'page-0', 'page-1', 'page-2', 'page-3', 'page-4'],
    detailed: 6,
    paged: ['52:54:00:00:00:10', '52:54:00:00:00:11', '52:54:00:00:00:12'],
    left: 0,
  });
  assert.equal(await script.end(), 0);
});

interface Dialogue extends AsyncDisposable {
  /** What the script saw in its next stage. @throws Error with its standard error when it ends before. */
  next(): Promise<unknown>;
  /** Its exit code. */
  end(): Promise<number | null>;
}

/** A script that stops after each stage until it is asked for the next one. */
function dialogue(python: string, name: string, given: object): Dialogue {
  const child = spawn(python, [fileURLToPath(new URL(name, import.meta.url)), JSON.stringify(given)], { timeout: LIMIT_MS });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  let asked = false;
  return {
    async next() {
      if (asked) child.stdin.write('\n');
      asked = true;
      const line = await lines.next();
      if (line.done) throw new Error(`${name} ended with ${await ended}: ${complaint.slice(-2000)}`);
      return JSON.parse(line.value);
    },
    end() {
      child.stdin.end('\n');
      return ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
