import type { CallOptions } from '../access/bmc-connection.ts';
import { isRedfishError } from '../redfish-error.ts';
import { type BiosValue, type BiosView, parseBios, parseSecureBoot, type SecureBootView } from '../views/bios.ts';
import { readResource } from '../views/resource.ts';
import { findingOf, follow, type OperationContext } from './operation-context.ts';

/** @throws unsupported where the system has no BIOS resource. */
export async function getBios(context: OperationContext, options?: CallOptions): Promise<BiosView> {
  const { path, links } = await context.recentSystem(options);
  if (links.bios === null) throw findingOf(context, 'unsupported', 'GET', path, 'shows no BIOS settings for this system');
  return parseBios(await context.connection.get(follow(context, path, links.bios), options));
}

/** Writes attributes to the pending area, to be applied at the next boot. */
export async function setBiosAttributes(
  context: OperationContext,
  attributes: Readonly<Record<string, BiosValue>>,
  options?: CallOptions,
): Promise<void> {
  const bios = await getBios(context, options);
  const path = follow(context, bios.path, bios.settings ?? bios.path);
  const { etag } = readResource(await context.connection.get(path, options)).view;
  const applyTime = bios.applyTimes.includes('OnReset')
    ? { '@Redfish.SettingsApplyTime': { '@odata.type': '#Settings.v1_0_0.PreferredApplyTime', ApplyTime: 'OnReset' } }
    : {};
  await context.connection.patch(path, { Attributes: attributes, ...applyTime }, etag, options);
}

/** Asks for factory settings, to be applied at the next boot. */
export async function resetBios(context: OperationContext, options?: CallOptions): Promise<void> {
  const bios = await getBios(context, options);
  if (bios.resetTarget === null) throw findingOf(context, 'unsupported', 'POST', bios.path, 'offers no reset of the BIOS settings');
  const target = follow(context, bios.path, bios.resetTarget);
  try {
    await context.connection.post(target, null, options);
  } catch (error) {
    if (!isRedfishError(error) || (error.status !== 400 && error.status !== 415)) throw error;
    await context.connection.post(target, {}, options);
  }
}

/** @throws unsupported where the system has no secure boot. */
export async function getSecureBoot(context: OperationContext, options?: CallOptions): Promise<SecureBootView> {
  const { path, links } = await context.recentSystem(options);
  if (links.secureBoot === null) throw findingOf(context, 'unsupported', 'GET', path, 'shows no secure boot for this system');
  return parseSecureBoot(await context.connection.get(follow(context, path, links.secureBoot), options));
}

/** Switches secure boot; the BMC may take it over with the next boot only. */
export async function setSecureBoot(context: OperationContext, on: boolean, options?: CallOptions): Promise<void> {
  const present = await getSecureBoot(context, options);
  await context.connection.patch(present.path, { SecureBootEnable: on }, present.etag, options);
}
