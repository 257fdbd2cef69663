import type { Config } from './config.ts';
import { type ConfigSet, createConfigSet, label, type Setting } from './config-set.ts';
import { optionIndex } from './option-index.ts';

export interface ReloadableConfig extends Config {
  /** Takes over the options that may change while the program runs; says which changed and which wait for a restart. */
  reload(fresh: ConfigSet): { applied: string[]; needRestart: string[] };
}

/** A configuration whose mutable options follow `reload`; all others keep what they had at the start. */
export function reloadableConfig(initial: ConfigSet): ReloadableConfig {
  let current = initial;
  const config: Config = {
    string: (group, name) => current.string(group, name),
    optionalString: (group, name) => current.optionalString(group, name),
    integer: (group, name) => current.integer(group, name),
    optionalInteger: (group, name) => current.optionalInteger(group, name),
    float: (group, name) => current.float(group, name),
    boolean: (group, name) => current.boolean(group, name),
    list: (group, name) => current.list(group, name),
    dict: (group, name) => current.dict(group, name),
    isSet: (group, name) => current.isSet(group, name),
  };
  return {
    ...config,
    reload(fresh) {
      const applied: string[] = [];
      const needRestart: string[] = [];
      const settings = new Map<string, Setting>();
      for (const [group, options] of optionIndex) {
        for (const [name, option] of options) {
          const changed = JSON.stringify(current.value(group, name)) !== JSON.stringify(fresh.value(group, name));
          if (changed) (option.mutable ? applied : needRestart).push(label(group, name));
          const kept = option.mutable ? fresh.setting(group, name) : current.setting(group, name);
          if (kept !== undefined) settings.set(`${group}.${name}`, kept);
        }
      }
      current = createConfigSet(settings);
      return { applied, needRestart };
    },
  };
}
