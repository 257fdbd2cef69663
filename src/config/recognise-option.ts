import { label } from './config-set.ts';
import { nearestName } from './nearest-name.ts';
import { findOption, optionIndex } from './option-index.ts';
import { inertOptions } from './options/inert-options.ts';
import { clientGroups, clientOptions, peerOnlyOptions } from './options/peer-only-options.ts';

/** What a name in a file or in the environment stands for. */
export type Recognised =
  | { readonly kind: 'option'; readonly group: string; readonly name: string; readonly warning: string | null }
  | { readonly kind: 'unknown'; readonly warning: string };

/** Former names, `group/name` to the present ones. */
const oldNames = new Map<string, { group: string; name: string }>();
for (const [group, options] of optionIndex)
  for (const [name, option] of options) for (const old of option.oldNames ?? []) oldNames.set(old, { group, name });

const clientGroupSet = new Set(clientGroups);
const clientOptionSet = new Set(clientOptions);

/** Groups of the libraries beneath the peer: logging, messaging, policy and so on. They are read by nobody here. */
const LIBRARY_GROUPS = new Set([
  'oslo_concurrency',
  'oslo_messaging_amqp',
  'oslo_messaging_kafka',
  'oslo_messaging_notifications',
  'oslo_messaging_rabbit',
  'oslo_middleware',
  'oslo_policy',
  'oslo_reports',
  'oslo_versionedobjects',
  'keystone_authtoken',
  'cors',
  'profiler',
  'ssl',
]);
const LIBRARY_DEFAULTS = new Set([
  'debug',
  'transport_url',
  'log_file',
  'log_dir',
  'use_stderr',
  'use_syslog',
  'use_json',
  'default_log_levels',
]);

/** Finds the declared option that a group and a name mean; group names differ only by case from their lower-case form, except DEFAULT. */
export function recogniseOption(rawGroup: string, rawName: string): Recognised {
  const group = rawGroup.toUpperCase() === 'DEFAULT' ? 'DEFAULT' : rawGroup.toLowerCase();
  const name = rawName.replaceAll('-', '_');
  const option = findOption(group, name);
  const shown = label(group, name);
  if (option !== undefined) {
    if (inertOptions[group]?.includes(name)) return found(group, name, `${shown} has no effect here yet`);
    return found(group, name, option.deprecated ? `${shown} is deprecated` : null);
  }
  const renamed = oldNames.get(`${group}/${rawName}`) ?? oldNames.get(`${group}/${name}`);
  if (renamed !== undefined) return found(renamed.group, renamed.name, `${shown} is now called ${label(renamed.group, renamed.name)}`);
  if (isPeerOnly(group, name)) return { kind: 'unknown', warning: `${shown} is an option of the peer and has no effect here` };
  const meant = suggestion(group, name);
  return { kind: 'unknown', warning: `${shown} is not an option${meant === null ? '' : `; did you mean ${meant}?`}` };
}

function found(group: string, name: string, warning: string | null): Recognised {
  return { kind: 'option', group, name, warning };
}

function isPeerOnly(group: string, name: string): boolean {
  if (peerOnlyOptions[group]?.includes(name) || LIBRARY_GROUPS.has(group)) return true;
  if (group === 'DEFAULT') return LIBRARY_DEFAULTS.has(name);
  return clientGroupSet.has(group) && clientOptionSet.has(name);
}

function suggestion(group: string, name: string): string | null {
  const own = optionIndex.get(group);
  if (own !== undefined) {
    const near = nearestName(name, own.keys());
    if (near !== null) return label(group, near);
  } else {
    const nearGroup = nearestName(group, optionIndex.keys());
    if (nearGroup !== null && findOption(nearGroup, name) !== undefined) return label(nearGroup, name);
  }
  const elsewhere = [...optionIndex].filter(([, options]) => options.has(name)).map(([other]) => label(other, name));
  return elsewhere.length === 1 ? (elsewhere[0] ?? null) : null;
}
