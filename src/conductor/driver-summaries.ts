import { WroughtError } from '../model/errors.ts';
import { perKind } from '../model/interface-kind.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverSummary } from './conductor-service.ts';

/** Hardware types of live conductors, by name; interfaces as this conductor has them enabled. */
export function driverSummaries(ctx: ConductorContext): DriverSummary[] {
  const hosts = new Map<string, string[]>();
  for (const record of ctx.membership.live()) {
    for (const driver of record.drivers) hosts.set(driver, [...(hosts.get(driver) ?? []), record.hostname]);
  }
  return [...hosts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name]) => ctx.registry.hardwareTypes.has(name))
    .map(([name, names]) => ({
      name,
      hosts: names.sort(),
      defaults: perKind((kind) => ctx.registry.defaultFor(name, kind)),
      enabled: perKind((kind) => [...ctx.registry.enabledFor(name, kind)]),
    }));
}

/** @throws NOT_FOUND for a hardware type that is not enabled. */
export function driverProperties(ctx: ConductorContext, driver: string): Readonly<Record<string, string>> {
  requireDriver(ctx, driver);
  return ctx.registry.properties(driver);
}

/** Properties of a logical disk, by the default RAID interface. @throws NOT_FOUND, UNSUPPORTED_BY_DRIVER. */
export function logicalDiskProperties(ctx: ConductorContext, driver: string): Readonly<Record<string, string>> {
  requireDriver(ctx, driver);
  const name = ctx.registry.defaultFor(driver, 'raid');
  const raid = name === null ? undefined : ctx.registry.get('raid', name);
  if (!raid || raid.name === 'no-raid') {
    throw new WroughtError('UNSUPPORTED_BY_DRIVER', `Driver ${driver} does not support raid (disabled or not implemented).`);
  }
  return raid.logicalDiskProperties;
}

function requireDriver(ctx: ConductorContext, driver: string): void {
  if (!ctx.registry.hardwareTypes.has(driver)) throw new WroughtError('NOT_FOUND', `The driver '${driver}' is unknown.`);
}
