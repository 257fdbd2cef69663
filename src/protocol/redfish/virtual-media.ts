/** One virtual drive. */
export interface VirtualMediaView {
  readonly path: string;
  readonly mediaTypes: readonly string[];
  readonly inserted: boolean;
  readonly image: string | null;
}
