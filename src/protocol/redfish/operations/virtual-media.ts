import type { CallOptions } from '../access/bmc-connection.ts';
import { isRedfishError, type RedfishError } from '../redfish-error.ts';
import { hasMessage } from '../views/extended-info.ts';
import { parseManager } from '../views/hardware.ts';
import { parseVirtualMedia, type VirtualMediaView } from '../views/virtual-media.ts';
import { findingOf, follow, type OperationContext, readMembers } from './operation-context.ts';
import { waitForTask } from './wait-for-task.ts';

/** Kinds of virtual drive, as Redfish names them. */
export type MediaType = 'CD' | 'DVD' | 'Floppy' | 'USBStick';

/** One medium to insert. */
export interface MediaInsertion {
  readonly image: string;
  readonly username?: string;
  readonly password?: string;
  /** Sent only when given; otherwise added when the BMC asks for it. */
  readonly transferProtocol?: 'HTTP' | 'HTTPS' | 'NFS' | 'CIFS';
  /** False is sent; true is the default of BMCs and is not sent, since some refuse the member. */
  readonly writeProtected?: boolean;
}

const TASK_MS = 120_000;

/** Drives of the system, or where it has none those of its managers; with `all`, both. */
export async function listVirtualMedia(context: OperationContext, all: boolean, options?: CallOptions): Promise<VirtualMediaView[]> {
  const { path, links } = await context.recentSystem(options);
  const collections = new Set<string>();
  if (links.virtualMedia !== null) collections.add(follow(context, path, links.virtualMedia));
  if (all || collections.size === 0) {
    for (const link of links.managers) {
      const manager = parseManager(await context.connection.get(follow(context, path, link), options));
      if (manager.virtualMedia !== null) collections.add(follow(context, manager.path, manager.virtualMedia));
    }
  }
  const found = new Map<string, VirtualMediaView>();
  for (const collection of collections) {
    for (const device of await readMembers(context, collection, parseVirtualMedia, options)) found.set(device.path, device);
  }
  return [...found.values()];
}

/** Ejects what is in drives of the kind and inserts into the first that takes it. @returns the drive's path. */
export async function insertVirtualMedia(
  context: OperationContext,
  type: MediaType,
  media: MediaInsertion,
  options?: CallOptions,
): Promise<string> {
  const devices = (await listVirtualMedia(context, false, options)).filter((device) => holds(device, type));
  const path = await context.systemPath(options);
  if (devices.length === 0) throw findingOf(context, 'unsupported', 'POST', path, `has no virtual ${type} drive`);
  // A stale "inserted" would look like success.
  for (const device of devices) {
    if (device.inserted) await ejectFrom(context, device, options);
  }
  let first: RedfishError | null = null;
  for (const device of devices) {
    try {
      if (await insertInto(context, device, media, options)) return device.path;
    } catch (error) {
      // 400 and 405: a slot for other uses, such as the one of the remote console; the next may do.
      if (!isRedfishError(error) || (error.status !== 400 && error.status !== 405)) throw error;
      first ??= error;
    }
  }
  throw (
    first ?? findingOf(context, 'unsupported', 'POST', path, `has virtual ${type} drives, none of which can be filled over the network`)
  );
}

/** Ejects from all drives of the kinds, or from all when none are given. Nothing inserted is no error. */
export async function ejectVirtualMedia(
  context: OperationContext,
  types: readonly MediaType[] | undefined,
  options?: CallOptions,
): Promise<void> {
  for (const device of await listVirtualMedia(context, true, options)) {
    const meant = types === undefined || types.some((type) => holds(device, type));
    if (meant && (device.inserted || device.image !== null)) await ejectFrom(context, device, options);
  }
}

function holds(device: VirtualMediaView, type: MediaType): boolean {
  return device.mediaTypes.includes(type) || (type === 'CD' && device.mediaTypes.includes('DVD'));
}

/** False when the drive offers no way to insert. */
async function insertInto(
  context: OperationContext,
  device: VirtualMediaView,
  media: MediaInsertion,
  options?: CallOptions,
): Promise<boolean> {
  if (device.insertTarget === null) {
    if (!device.patchable) return false;
    await context.connection.patch(
      device.path,
      { Image: media.image, Inserted: true, WriteProtected: media.writeProtected ?? true },
      device.etag,
      options,
    );
    return true;
  }
  const target = follow(context, device.path, device.insertTarget);
  const body: Record<string, string | boolean> = { Image: media.image };
  if (media.username !== undefined) body.UserName = media.username;
  if (media.password !== undefined) body.Password = media.password;
  if (media.transferProtocol !== undefined) body.TransferProtocolType = media.transferProtocol;
  if (media.writeProtected === false) body.WriteProtected = false;
  for (let tries = 1; ; tries++) {
    try {
      await waitForTask(context, await context.connection.post(target, body, options), TASK_MS, options);
      return true;
    } catch (error) {
      if (!isRedfishError(error)) throw error;
      if (error.mayHaveBeenTaken && (await isIn(context, device, media.image, options))) return true;
      if (tries >= 4 || !addWhatIsAskedFor(body, error)) throw error;
    }
  }
}

async function isIn(context: OperationContext, device: VirtualMediaView, image: string, options?: CallOptions): Promise<boolean> {
  const now = parseVirtualMedia(await context.connection.get(device.path, options));
  return now.inserted && now.image === image;
}

/** Adds the member that the error asks for; false when it asks for none, or for one that was sent already. */
function addWhatIsAskedFor(body: Record<string, string | boolean>, { info }: RedfishError): boolean {
  if (info === null) return false;
  const vague = hasMessage(info, 'GeneralError');
  const missing =
    hasMessage(info, 'ActionParameterMissing') || hasMessage(info, 'PropertyMissing') || (vague && /parameter missing/i.test(info.text));
  const asksFor = (name: string): boolean =>
    ((vague || missing) && info.text.includes(name)) ||
    (missing && info.relatedProperties.some((property) => property.replace(/^#?\//, '') === name));
  if (asksFor('TransferProtocolType') || (vague && missing)) {
    if (body.TransferProtocolType === undefined) {
      body.TransferProtocolType = String(body.Image).toLowerCase().startsWith('https:') ? 'HTTPS' : 'HTTP';
      return true;
    }
  }
  if (asksFor('TransferMethod') && body.TransferMethod === undefined) {
    body.TransferMethod = 'Stream';
    return true;
  }
  if ((asksFor('UserName') || asksFor('Password')) && body.UserName === undefined) {
    body.UserName = 'none';
    body.Password = 'none';
    return true;
  }
  return false;
}

async function ejectFrom(context: OperationContext, device: VirtualMediaView, options?: CallOptions): Promise<void> {
  try {
    if (device.ejectTarget === null) {
      if (device.patchable) await context.connection.patch(device.path, { Image: null, Inserted: false }, device.etag, options);
      return;
    }
    const target = follow(context, device.path, device.ejectTarget);
    let answer: Awaited<ReturnType<typeof context.connection.post>>;
    try {
      answer = await context.connection.post(target, null, options);
    } catch (error) {
      // HPE wants a body, if an empty one.
      if (!isRedfishError(error) || (error.status !== 400 && error.status !== 415)) throw error;
      answer = await context.connection.post(target, {}, options);
    }
    await waitForTask(context, answer, TASK_MS, options);
  } catch (error) {
    if (!isRedfishError(error)) throw error;
    const now = parseVirtualMedia(await context.connection.get(device.path, options));
    if (now.inserted) throw error;
  }
}
