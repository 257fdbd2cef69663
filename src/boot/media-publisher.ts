/** Publishes files over HTTP for BMCs, firmware and agents, under names that cannot be guessed. */
export interface MediaPublisher {
  /** Base URL as seen by machines, without a trailing slash. */
  readonly baseUrl: string;
  /** Copies or links the bytes under `kind/<secret>/<name>`; publishing a (kind, owner) again replaces the former file. */
  publish(kind: string, owner: string, name: string, source: { path: string } | { bytes: Uint8Array }): Promise<string>;
  withdraw(kind: string, owner: string): Promise<void>;
}
