import assert from 'node:assert/strict';
import { isErased, verifyDisk } from '../../src/cli/demo/verify-disk.ts';
import type { RackMachine } from '../../src/sim/rack-machine.ts';
import { type LifecycleStage, lifecycleStage } from '../lifecycle/lifecycle-stage.ts';

/** The service with a simulated rack, and what a foreign client needs to know about the machines. */
export interface ClientStage extends LifecycleStage {
  readonly machine: RackMachine;
  /** The disk that the agent chooses. */
  readonly rootDisk: string;
  /** Asserts image, partition table and config drive of the root disk, read behind the service's back. */
  verify(hostname: string, userData: string): Promise<void>;
  /** Asserts that cleaning has taken the partition table. */
  verifyErased(): Promise<void>;
}

export async function clientStage(): Promise<ClientStage> {
  const stage = await lifecycleStage({ machines: 1 });
  const [machine] = stage.rack.machines;
  const disk = machine?.disks[0];
  assert.ok(machine && disk);
  const { bytes } = stage.image;
  const image = { size: bytes.length, read: async (at: number, length: number) => bytes.subarray(at, at + length) };
  return {
    ...stage,
    machine,
    rootDisk: disk.path,
    verify: (hostname, userData) => verifyDisk(disk.path, { image, metaData: { hostname }, userData }),
    async verifyErased() {
      assert.equal(await isErased(disk.path), true, 'the root disk holds no partition table');
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}
