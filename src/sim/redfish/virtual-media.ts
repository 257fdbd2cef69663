import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import { isMediaSlot, MEDIA_SLOTS, type MediaSlotId } from '../machine/media-slots.ts';
import { applyPatch, bool, onlyParameters, parameter, text } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, MANAGER, OK, ROOT, resource } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';

const INSERT = 'VirtualMedia.InsertMedia';
const EJECT = 'VirtualMedia.EjectMedia';
const PARAMETERS = ['Image', 'Inserted', 'WriteProtected', 'UserName', 'Password', 'TransferProtocolType', 'TransferMethod', 'MediaType'];
const PROTOCOLS = ['HTTP', 'HTTPS'] as const;

function slotOf(call: RedfishCall): MediaSlotId {
  const slot = call.params.slot ?? '';
  if (!isMediaSlot(slot)) throw notFound(call.path);
  return slot;
}

/** Path of the drive itself, also when an action below it is called. */
function drivePath(call: RedfishCall): string {
  return call.path.replace(/\/Actions\/[^/]+$/, '');
}

function drive(machine: Machine, call: RedfishCall): JsonObject {
  const slot = slotOf(call);
  const medium = machine.media.get(slot);
  const path = drivePath(call);
  return resource(path, 'VirtualMedia.v1_6_0.VirtualMedia', slot, `Virtual ${slot}`, {
    MediaTypes: [...MEDIA_SLOTS[slot]],
    Image: medium?.image ?? null,
    ImageName: medium ? nameOf(medium.image) : null,
    ConnectedVia: medium ? 'URI' : 'NotConnected',
    Inserted: medium !== null,
    WriteProtected: medium?.writeProtected ?? true,
    UserName: medium?.userName ?? null,
    Password: null,
    TransferMethod: medium?.transferMethod ?? 'Stream',
    TransferProtocolType: medium?.transferProtocol ?? null,
    VerifyCertificate: machine.media.verifies(slot),
    Status: OK,
    Actions: {
      '#VirtualMedia.InsertMedia': {
        target: `${path}/Actions/${INSERT}`,
        'TransferProtocolType@Redfish.AllowableValues': [...PROTOCOLS],
      },
      '#VirtualMedia.EjectMedia': { target: `${path}/Actions/${EJECT}` },
    },
  });
}

function insert(machine: Machine, call: RedfishCall): RedfishAnswer | undefined {
  const slot = slotOf(call);
  onlyParameters(call.body, INSERT, PARAMETERS);
  const image = parameter(call.body, INSERT, 'Image');
  const protocol = protocolOf(image);
  const wanted = call.body.TransferProtocolType;
  if (wanted !== undefined && wanted !== protocol)
    throw new RedfishFault(400, 'ActionParameterValueError', ['TransferProtocolType', INSERT], {
      related: ['#/TransferProtocolType'],
      explanation: `The image is fetched over ${protocol}, not over ${JSON.stringify(wanted)}.`,
    });
  const present = machine.media.get(slot);
  if (present)
    throw new RedfishFault(409, 'ResourceInUse', [], { explanation: `${slot} already holds ${nameOf(present.image)}; eject it first.` });
  const inserted = call.body.Inserted === undefined || bool(call.body.Inserted, '#/Inserted');
  const writeProtected = call.body.WriteProtected === undefined || bool(call.body.WriteProtected, '#/WriteProtected');
  if (!inserted) return undefined;
  const { UserName: user, Password: password } = call.body;
  machine.media.insert(slot, {
    image,
    writeProtected,
    userName: user === undefined || user === null ? null : text(user, '#/UserName'),
    password: password === undefined || password === null ? null : text(password, '#/Password'),
    transferMethod: typeof call.body.TransferMethod === 'string' ? call.body.TransferMethod : 'Stream',
    transferProtocol: protocol,
  });
  machine.log.write('media', `${slot}: inserted ${nameOf(image)}`, { slot, image: nameOf(image) });
  return undefined;
}

function eject(machine: Machine, call: RedfishCall): undefined {
  const slot = slotOf(call);
  onlyParameters(call.body, EJECT, []);
  const medium = machine.media.eject(slot);
  if (medium) machine.log.write('media', `${slot}: ejected ${nameOf(medium.image)}`, { slot });
  return undefined;
}

/** Some clients insert and eject with a PATCH instead of the actions. */
function patch(machine: Machine, call: RedfishCall): undefined {
  const slot = slotOf(call);
  const { VerifyCertificate: _, ...insertion } = call.body;
  const { Image: image, Inserted: inserted } = insertion;
  applyPatch(call.body, drive(machine, call), {
    VerifyCertificate: (value, pointer) => machine.media.setVerify(slot, bool(value, pointer)),
    Image: (value, pointer) => void (value === null ? null : text(value, pointer, 2048)),
    Inserted: (value, pointer) => void bool(value, pointer),
    WriteProtected: (value, pointer) => void bool(value, pointer),
    UserName: (value, pointer) => void text(value, pointer),
    Password: (value, pointer) => void text(value, pointer),
  });
  if (image === null || inserted === false) eject(machine, { ...call, body: {} });
  else if (typeof image === 'string') insert(machine, { ...call, body: insertion });
  return undefined;
}

function protocolOf(image: string): 'HTTP' | 'HTTPS' {
  const scheme = URL.canParse(image) ? new URL(image).protocol : null;
  if (scheme === 'http:') return 'HTTP';
  if (scheme === 'https:') return 'HTTPS';
  throw new RedfishFault(400, 'ActionParameterValueError', ['Image', INSERT], {
    related: ['#/Image'],
    explanation: 'Image must be an http or https URL.',
  });
}

/** The last part of an image's path: addresses hold secrets. */
function nameOf(image: string): string {
  return URL.canParse(image) ? (new URL(image).pathname.split('/').pop() ?? '') : '';
}

function routesBelow(parent: string): Route[] {
  return [
    {
      path: `${parent}/VirtualMedia`,
      get: (_, call) =>
        collection(
          call.path,
          'VirtualMediaCollection',
          'Virtual media',
          Object.keys(MEDIA_SLOTS).map((slot) => `${call.path}/${slot}`),
        ),
    },
    { path: `${parent}/VirtualMedia/:slot`, get: drive, patch },
    { path: `${parent}/VirtualMedia/:slot/Actions/${INSERT}`, post: insert },
    { path: `${parent}/VirtualMedia/:slot/Actions/${EJECT}`, post: eject },
  ];
}

/** Virtual drives, reachable below the system and below the manager. */
export const virtualMediaRoutes: readonly Route[] = [...routesBelow(`${ROOT}/Systems/:system`), ...routesBelow(MANAGER)];
