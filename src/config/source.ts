/** Where the value of an option came from. */
export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  /** The command line, or a caller in the program. */
  | { readonly kind: 'given' };

/** For messages: `ironic.conf line 12`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'default':
      return 'default';
    case 'file':
      return `${source.file} line ${source.line}`;
    case 'environment':
      return `environment variable ${source.variable}`;
    case 'given':
      return 'command line';
  }
}
