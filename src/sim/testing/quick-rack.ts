import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { NO_DELAYS } from '../machine/delays.ts';
import type { RackEvent } from '../machine/machine-log.ts';
import type { RackMachine } from '../rack-machine.ts';
import { type Rack, type RackOptions, startRack } from '../start-rack.ts';

export interface QuickRack extends AsyncDisposable {
  readonly rack: Rack;
  readonly dir: string;
}

const MIB = 1024 * 1024;

/** A rack without delays, with one small disk a machine, in a temporary directory that goes with it: for tests. */
export async function quickRack(clock: Clock, options: Partial<RackOptions> = {}): Promise<QuickRack> {
  const dir = await mkdtemp(join(tmpdir(), 'wrought-rack-'));
  const rack = await startRack({
    machines: 1,
    seed: 7,
    dataDir: dir,
    delays: NO_DELAYS,
    disks: [{ size: 6 * 1024 * MIB }],
    clock,
    log: silentLogger,
    ...options,
  });
  return {
    rack,
    dir,
    async [Symbol.asyncDispose]() {
      await rack.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** Talks Redfish to a machine with its own credentials. */
export function redfishOf(machine: RackMachine) {
  const { username, password } = machine.plan.credentials;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const call = async (
    method: string,
    path: string,
    body?: JsonObject,
    headers: Record<string, string> = { authorization },
  ): Promise<Answer> => {
    const answer = await fetch(new URL(path, machine.address), {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return { status: answer.status, headers: answer.headers, body: isJsonObject(value) ? value : {} };
  };
  return {
    call,
    system: `/redfish/v1/Systems/${machine.plan.uuid}`,
    get: (path: string) => call('GET', path),
    post: (path: string, body: JsonObject = {}) => call('POST', path, body),
    patch: (path: string, body: JsonObject) => call('PATCH', path, body),
    reset: (type: string) => call('POST', `/redfish/v1/Systems/${machine.plan.uuid}/Actions/ComputerSystem.Reset`, { ResetType: type }),
  };
}

/** The member at a path of names and numbers; undefined where there is none. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (Array.isArray(inner) ? inner[Number(part)] : isJsonObject(inner) ? inner[String(part)] : undefined),
    value,
  );
}

/** Resolves with the next event that fits; rejects after five real seconds. */
export function nextEvent(rack: Rack, fits: (event: RackEvent) => boolean): Promise<RackEvent> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      stop();
      reject(new Error('the event did not come'));
    }, 5000);
    const stop = rack.onEvent((event) => {
      if (!fits(event)) return;
      clearTimeout(limit);
      stop();
      resolve(event);
    });
  });
}
