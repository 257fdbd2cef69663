/** What a command may know of the outside: passed in, so that tests run commands without a process. */
export interface Terminal {
  /** Results go to standard output, everything else to standard error. */
  out(text: string): void;
  err(text: string): void;
  /** True when a person watches standard error, so that a line may be drawn anew. */
  readonly interactive: boolean;
  /** Columns of the screen; null where there is none. */
  readonly columns: number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}
