/**
 * Read access to the options in force. Names, types and defaults are those of ironic.conf where it has the option; Wrought's own stand
 * in group `wrought`. Asking for an option that is not declared, or with the wrong type, is a programming error and throws.
 */
export interface Config {
  string(group: string, name: string): string;
  /** Null where the option is unset and has no default. */
  optionalString(group: string, name: string): string | null;
  integer(group: string, name: string): number;
  optionalInteger(group: string, name: string): number | null;
  float(group: string, name: string): number;
  boolean(group: string, name: string): boolean;
  list(group: string, name: string): string[];
  /** `key:value` pairs. */
  dict(group: string, name: string): Record<string, string>;
  /** True when a file, the environment or the command line set it. */
  isSet(group: string, name: string): boolean;
}
