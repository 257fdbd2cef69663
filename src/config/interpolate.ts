import { ConfigError } from './config-error.ts';

const REFERENCE = /\$\$|\\\$|\$\{([_a-z][._a-z0-9]*)\}|\$([_a-z][._a-z0-9]*)/gi;

/**
 * Replaces `$name`, `${name}`, `$group.name` and `${group.name}` by the values of other options, as oslo.config does: a bare name is
 * looked for in the own group, then in DEFAULT. `$$` and `\$` stand for a dollar sign. `lookUp` returns undefined for an option that is
 * not declared; that is a ConfigError.
 */
export function interpolate(text: string, group: string, lookUp: (group: string, name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  return text.replace(REFERENCE, (whole, braced: string | undefined, bare: string | undefined) => {
    const reference = braced ?? bare;
    if (reference === undefined) return '$';
    const dot = reference.indexOf('.');
    const value =
      dot === -1 ? (lookUp(group, reference) ?? lookUp('DEFAULT', reference)) : lookUp(reference.slice(0, dot), reference.slice(dot + 1));
    if (value === undefined) throw new ConfigError(`"${whole}" in a value of group [${group}] names no option; write $$ for a dollar sign`);
    return value;
  });
}
