/**
 * How options are declared: one table per group, a row per option. The rows carry the names, types and defaults of ironic.conf; where
 * Wrought's default differs, `note` says why.
 */

export type OptionType =
  | 'string'
  | 'integer'
  | 'float'
  | 'boolean'
  /** Comma-separated. */
  | 'list'
  /** `key:value` pairs, comma-separated. */
  | 'dict'
  /** May be given several times; every value counts. */
  | 'multi-string'
  /** `key:value` pairs, may be given several times. */
  | 'multi-dict'
  | 'port'
  /** Host name, IPv4 or IPv6 address. */
  | 'host'
  | 'ip'
  | 'uri'
  /** File mode such as `0o644`, `0644` or `644`. */
  | 'octal';

export type OptionDefault = string | number | boolean | null | readonly string[] | Readonly<Record<string, string>>;

export interface Option {
  readonly type: OptionType;
  readonly default: OptionDefault;
  /** What it does; Wrought's own options always have one. */
  readonly description?: string;
  readonly choices?: readonly string[];
  /** For lists: the values an item may have. */
  readonly itemChoices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Applied by a reload, without a restart. */
  readonly mutable?: true;
  /** Never shown. */
  readonly secret?: true;
  /** Still read, with a warning. */
  readonly deprecated?: true;
  /** Former names, `group/name`. */
  readonly oldNames?: readonly string[];
  /** Why the default differs from the peer's. */
  readonly note?: string;
}

export interface OptionGroup {
  readonly group: string;
  readonly options: Readonly<Record<string, Option>>;
}
