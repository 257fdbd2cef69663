import { WroughtError } from '../../model/errors.ts';
import { INTERFACE_KINDS, type InterfaceField, type InterfaceKind } from '../../model/interface-kind.ts';
import type { NewNode, Node, NodePatch } from '../../model/node.ts';
import type { ConductorContext } from '../conductor-context.ts';

/** Stores a new node with an implementation for every interface. @throws NO_VALID_HOST, INTERFACE_NOT_FOUND, DUPLICATE, INSTANCE_ASSOCIATED. */
export async function createNode(ctx: ConductorContext, values: NewNode): Promise<Node> {
  const group = (values.conductor_group ?? '').toLowerCase();
  requireConductor(ctx, group, values.driver);
  checkEnrollmentBootMode(ctx, values);
  const interfaces = chosenInterfaces(ctx, values.driver, values);
  return ctx.store.transaction(async (tx) => {
    const node = await tx.nodes.create({
      ...values,
      ...interfaces,
      conductor_group: group,
      resource_class: values.resource_class ?? ctx.config.optionalString('DEFAULT', 'default_resource_class'),
      provision_updated_at: ctx.clock.now(),
    });
    const data = { driver: node.driver, provision_state: node.provision_state, resource_class: node.resource_class };
    await tx.events.add({ kind: 'node.created', node_uuid: node.uuid, node_name: node.name, data });
    return node;
  });
}

/** @throws NO_VALID_HOST when no live conductor of the group drives the hardware type. */
export function requireConductor(ctx: ConductorContext, group: string, driver: string): void {
  if (ctx.membership.hostsFor(group, driver).length > 0) return;
  throw new WroughtError(
    'NO_VALID_HOST',
    `No valid host was found. Reason: No conductor service registered which supports driver ${driver} for conductor group "${group}".`,
  );
}

/** Implementation per interface field; what is not given, or null, gets the default. @throws INTERFACE_NOT_FOUND. */
export function chosenInterfaces(ctx: ConductorContext, driver: string, given: NodePatch): Record<InterfaceField, string> {
  const wanted: Partial<Record<InterfaceKind, string | null>> = {};
  for (const kind of INTERFACE_KINDS) {
    const name = given[`${kind}_interface`];
    if (name !== undefined && name !== null) wanted[kind] = name;
  }
  const chosen = ctx.registry.chooseInterfaces(driver, wanted);
  return {
    boot_interface: chosen.boot,
    deploy_interface: chosen.deploy,
    management_interface: chosen.management,
    network_interface: chosen.network,
    power_interface: chosen.power,
    bios_interface: chosen.bios,
    console_interface: chosen.console,
    firmware_interface: chosen.firmware,
    inspect_interface: chosen.inspect,
    raid_interface: chosen.raid,
    rescue_interface: chosen.rescue,
    storage_interface: chosen.storage,
    vendor_interface: chosen.vendor,
  };
}

/** @throws INVALID_PARAMETER for a boot mode that `[api]disallowed_enrollment_boot_modes` lists. */
export function checkEnrollmentBootMode(ctx: ConductorContext, values: NodePatch): void {
  const text = values.properties?.capabilities;
  const mode = values.boot_mode ?? (typeof text === 'string' ? /(?:^|,)\s*boot_mode:(\w+)/.exec(text)?.[1] : undefined);
  if (mode && ctx.config.list('api', 'disallowed_enrollment_boot_modes').includes(mode)) {
    throw new WroughtError('INVALID_PARAMETER', `Boot mode ${mode} may not be enrolled: [api]disallowed_enrollment_boot_modes lists it.`);
  }
}
