import type { Config } from './config.ts';

/** Values known only while the program runs, `group.name` to a function; undefined while they are not known. */
export type Overlay = Readonly<Record<string, () => string | number | undefined>>;

/** A configuration in which `overlay` stands over what `config` says: for addresses that are chosen when sockets open. */
export function overlayConfig(config: Config, overlay: Overlay): Config {
  const over = (group: string, name: string): string | number | undefined => overlay[`${group}.${name}`]?.();
  const text = (group: string, name: string): string | undefined => {
    const value = over(group, name);
    return value === undefined ? undefined : String(value);
  };
  const number = (group: string, name: string): number | undefined => {
    const value = over(group, name);
    return value === undefined ? undefined : Number(value);
  };
  return {
    string: (group, name) => text(group, name) ?? config.string(group, name),
    optionalString: (group, name) => text(group, name) ?? config.optionalString(group, name),
    integer: (group, name) => number(group, name) ?? config.integer(group, name),
    optionalInteger: (group, name) => number(group, name) ?? config.optionalInteger(group, name),
    float: (group, name) => number(group, name) ?? config.float(group, name),
    boolean: (group, name) => config.boolean(group, name),
    list: (group, name) => config.list(group, name),
    dict: (group, name) => config.dict(group, name),
    isSet: (group, name) => config.isSet(group, name),
  };
}
