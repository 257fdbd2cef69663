import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { AgentParameters } from './agent-parameters.ts';
import { ApiRefusal, type ConductorApi } from './conductor-api.ts';
import type { DiskInfo, HardwareManager } from './hardware-manager.ts';
import { SMALLEST_ROOT_DISK } from './root-device.ts';

/** Waits between the five tries, in seconds. */
const WAITS = [5, 5, 6, 12];

/** Collectors that are built; each adds its keys to the document and may report a problem. */
type Collector = (hardware: HardwareManager, data: JsonObject, parameters: AgentParameters) => Promise<void>;
const COLLECTORS: Readonly<Record<string, Collector>> = {
  async default(hardware, data, parameters) {
    const inventory = await hardware.inventory();
    data.inventory = inventory;
    const root = smallestRoot(await hardware.disks());
    if (root !== undefined) data.root_disk = { ...root };
    data.boot_interface = parameters.bootMac;
    data.configuration = {
      collectors: [...parameters.collectors],
      managers: [{ name: hardware.name, version: hardware.version }],
    };
  },
  async logs(hardware, data) {
    data.logs = await hardware.collectLogs();
  },
};

/**
 * Collects the inspection document and posts it, five tries in all. Answers the node's uuid when the API told it and no collector
 * failed. Refusals (4xx other than 409) are logged and leave the agent running.
 *
 * @throws the last problem when the API could not be reached or stayed held (409) or broken (5xx).
 */
export async function inspectMachine(parts: {
  api: Pick<ConductorApi, 'continueInspection'>;
  url: string;
  hardware: HardwareManager;
  parameters: AgentParameters;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}): Promise<string | null> {
  const { api, clock, log, signal } = parts;
  const data = await collect(parts.hardware, parts.parameters);
  for (let attempt = 0; ; attempt++) {
    try {
      const uuid = await api.continueInspection(parts.url, data);
      log.info({ node: uuid, error: data.error ?? null }, 'inspection data sent');
      return data.error === null ? uuid : null;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiRefusal && error.status < 500 && error.status !== 409) {
        log.warn({ error: error.message }, 'inspection data refused');
        return null;
      }
      const wait = WAITS[attempt];
      if (wait === undefined)
        throw new Error(`inspection data could not be delivered to ${parts.url}: ${messageOf(error)}`, { cause: error });
      await clock.sleep(wait * 1000, signal);
    }
  }
}

async function collect(hardware: HardwareManager, parameters: AgentParameters): Promise<JsonObject> {
  const data: JsonObject = {};
  const problems: string[] = [];
  for (const name of parameters.collectors) {
    const collector = COLLECTORS[name];
    if (collector === undefined) {
      problems.push(`collector ${name} is not part of this agent; it has: ${Object.keys(COLLECTORS).join(', ')}`);
      continue;
    }
    try {
      await collector(hardware, data, parameters);
    } catch (error) {
      problems.push(`collector ${name} failed: ${messageOf(error)}`);
    }
  }
  const error: Json =
    problems.length === 0 ? null : ['The following errors were encountered:', ...problems.map((each) => `* ${each}`)].join('\n');
  data.error = error;
  return data;
}

/** The disk that an image would be written to without hints. */
function smallestRoot(disks: readonly DiskInfo[]): DiskInfo | undefined {
  return [...disks].filter((disk) => disk.size >= SMALLEST_ROOT_DISK).sort((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1))[0];
}
