import { type Answer, type ResourceView, readResource } from './resource.ts';

export type BiosValue = string | number | boolean | null;

export interface BiosView extends ResourceView {
  readonly attributes: Readonly<Record<string, BiosValue>>;
  readonly registry: string | null;
  /** Where changes go; null where the BMC takes none. */
  readonly settings: string | null;
  readonly applyTimes: readonly string[];
  readonly resetTarget: string | null;
}

/** Reads a Bios resource or its settings resource. Values that are objects or lists are left out. */
export function parseBios(answer: Answer): BiosView {
  const { reader, view } = readResource(answer);
  const attributes = reader.object('Attributes');
  const settings = reader.object('@Redfish.Settings');
  const entries = attributes.keys().flatMap((key): [string, BiosValue][] => {
    const value = attributes.raw(key);
    const plain = value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return plain ? [[key, value]] : [];
  });
  return {
    ...view,
    attributes: Object.fromEntries(entries),
    registry: reader.text('AttributeRegistry'),
    settings: settings.link('SettingsObject'),
    applyTimes: settings.texts('SupportedApplyTimes') ?? [],
    resetTarget: reader.object('Actions').object('#Bios.ResetBios').text('target'),
  };
}

export interface SecureBootView extends ResourceView {
  readonly enabled: boolean | null;
  readonly currentBoot: string | null;
  readonly mode: string | null;
}

export function parseSecureBoot(answer: Answer): SecureBootView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    enabled: reader.flag('SecureBootEnable'),
    currentBoot: reader.text('SecureBootCurrentBoot'),
    mode: reader.text('SecureBootMode'),
  };
}
