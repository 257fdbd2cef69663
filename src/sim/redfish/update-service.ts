import { request } from 'undici';
import { messageOf } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import { onlyParameters, parameter, texts } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, link, links, MANAGER, OK, ROOT, resource, systemPath } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';
import { taskAnswer } from './task-service.ts';

const SERVICE = `${ROOT}/UpdateService`;
const ACTION = 'UpdateService.SimpleUpdate';
const INVENTORY = `${SERVICE}/FirmwareInventory`;
const MAX_IMAGE_BYTES = 256 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 30_000;

type Component = 'bios' | 'bmc';

function inventory(machine: Machine, call: RedfishCall): JsonObject {
  const [version, related] =
    call.params.item === 'BIOS'
      ? [machine.versions.bios, systemPath(machine)]
      : call.params.item === 'BMC'
        ? [machine.versions.bmc, MANAGER]
        : [];
  if (version === undefined || related === undefined) throw notFound(call.path);
  return resource(call.path, 'SoftwareInventory.v1_9_0.SoftwareInventory', call.params.item ?? '', `${call.params.item} firmware`, {
    Version: version,
    Manufacturer: machine.plan.manufacturer,
    SoftwareId: `${machine.plan.model}-${call.params.item}`,
    Updateable: true,
    RelatedItem: links([related]),
    Status: OK,
  });
}

function simpleUpdate(machine: Machine, call: RedfishCall): RedfishAnswer {
  onlyParameters(call.body, ACTION, ['ImageURI', 'TransferProtocol', 'Targets', 'Username', 'Password', 'ForceUpdate']);
  const image = parameter(call.body, ACTION, 'ImageURI');
  if (!URL.canParse(image) || !/^https?:$/.test(new URL(image).protocol))
    throw new RedfishFault(400, 'ActionParameterValueError', ['ImageURI', ACTION], {
      related: ['#/ImageURI'],
      explanation: 'ImageURI must be an http or https URL.',
    });
  const targets = call.body.Targets === undefined ? [] : texts(call.body.Targets, '#/Targets');
  const component = componentOf(machine, image, targets);
  const task = machine.tasks.start(`Update of ${component}`, 'Running');
  machine.log.write('bmc', `update of ${component} started`);
  machine.clock.after(machine.delays.task, () => {
    void fetchImage(image).then(
      () => {
        const done = (): void => {
          machine.versions[component] = nextVersion(machine.versions[component]);
          machine.tasks.end(task, 'Completed', `${component} runs ${machine.versions[component]}.`);
          machine.log.write('bmc', `update of ${component} done: ${machine.versions[component]}`);
        };
        if (component === 'bmc') done();
        else {
          task.state = 'Pending';
          machine.onNextStart.push(done);
          machine.log.write('bmc', `update of ${component} waits for a start of the system`);
        }
      },
      (error: unknown) => {
        machine.tasks.end(task, 'Exception', `The image could not be fetched: ${messageOf(error)}`);
        machine.log.write('bmc', `update of ${component} failed: ${messageOf(error)}`);
      },
    );
  });
  return taskAnswer(task, call);
}

/** Targets say what is updated; without them the file's name does, as with vendors' images. */
function componentOf(machine: Machine, image: string, targets: readonly string[]): Component {
  const known: Record<string, Component> = {
    [systemPath(machine)]: 'bios',
    [`${INVENTORY}/BIOS`]: 'bios',
    [MANAGER]: 'bmc',
    [`${INVENTORY}/BMC`]: 'bmc',
  };
  const [target] = targets;
  if (target === undefined) return /bmc/i.test(new URL(image).pathname) ? 'bmc' : 'bios';
  const component = known[target];
  if (!component) throw new RedfishFault(400, 'ActionParameterValueNotInList', [target, 'Targets', ACTION], { related: ['#/Targets'] });
  return component;
}

async function fetchImage(url: string): Promise<void> {
  const answer = await request(url, { headersTimeout: FETCH_TIMEOUT_MS, bodyTimeout: FETCH_TIMEOUT_MS });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw new Error(`HTTP status ${answer.statusCode}`);
  }
  let size = 0;
  for await (const chunk of answer.body) {
    size += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (size > MAX_IMAGE_BYTES) throw new Error(`more than ${MAX_IMAGE_BYTES} bytes`);
  }
  if (size === 0) throw new Error('the file is empty');
}

/** The second number counts up; the third starts again. */
function nextVersion(version: string): string {
  const [major = '1', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}

export const updateRoutes: readonly Route[] = [
  {
    path: SERVICE,
    get: () =>
      resource(SERVICE, 'UpdateService.v1_13_0.UpdateService', 'UpdateService', 'Update Service', {
        ServiceEnabled: true,
        Status: OK,
        FirmwareInventory: link(INVENTORY),
        SoftwareInventory: link(INVENTORY),
        Actions: {
          '#UpdateService.SimpleUpdate': {
            target: `${SERVICE}/Actions/${ACTION}`,
            'TransferProtocol@Redfish.AllowableValues': ['HTTP', 'HTTPS'],
          },
        },
      }),
  },
  {
    path: INVENTORY,
    get: () => collection(INVENTORY, 'SoftwareInventoryCollection', 'Firmware', [`${INVENTORY}/BIOS`, `${INVENTORY}/BMC`]),
  },
  { path: `${INVENTORY}/:item`, get: inventory },
  { path: `${SERVICE}/Actions/${ACTION}`, post: simpleUpdate },
];
