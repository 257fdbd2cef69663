/** What a deployer says about an image; taken from `instance_info`. */
export interface ImageReference {
  /** `image_source`: http(s) URL, or file URL below an allowed path. */
  readonly source: string;
  /** `image_checksum`: a digest or the URL of a checksum file; algorithm by length. */
  readonly checksum: string | null;
  /** `image_os_hash_algo` with `image_os_hash_value`. */
  readonly hashAlgo: string | null;
  readonly hashValue: string | null;
  /** `image_disk_format`: raw, qcow2 …; null when not said. */
  readonly diskFormat: string | null;
}

/** What the agent is told. */
export interface PreparedImage {
  readonly url: string;
  readonly hashAlgo: string;
  /** Lower-case hexadecimal digest of the bytes behind `url`. */
  readonly hashValue: string;
  readonly diskFormat: string;
  /** Bytes the disk must hold: the virtual size; null when only the agent can tell. */
  readonly virtualSize: number | null;
}

/** Makes images available to agents. */
export interface ImageService {
  /** Checks the reference without reading the image's bytes. @throws INVALID_PARAMETER, IMAGE_REFUSED, IMAGE_DOWNLOAD_FAILED. */
  validate(image: ImageReference): Promise<void>;
  /**
   * `http`: the agent fetches http(s) sources itself. `local`: the service downloads, verifies, inspects, converts to raw where
   * [DEFAULT]force_raw_images says so, caches, and serves the result for the node. File sources are always served.
   */
  prepare(nodeUuid: string, image: ImageReference, mode: 'http' | 'local', signal: AbortSignal): Promise<PreparedImage>;
  /** Stops serving the node's image; the cache keeps it. */
  release(nodeUuid: string): Promise<void>;
}
