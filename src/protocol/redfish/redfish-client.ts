import type { RedfishTarget } from './redfish-target.ts';
import type { BootOverride, BootTarget, ResetType, SystemView } from './system.ts';
import type { VirtualMediaView } from './virtual-media.ts';

/** Options of every call. */
export interface CallOptions {
  /** Aborts the request, its place in the queue and the pauses between tries. */
  readonly signal?: AbortSignal;
}

/** One medium to insert. */
export interface MediaInsertion {
  readonly image: string;
  readonly username?: string;
  readonly password?: string;
  /** Sent only when given; otherwise added when the BMC asks for it. */
  readonly transferProtocol?: 'HTTP' | 'HTTPS' | 'NFS' | 'CIFS';
  /** False is sent; true is the BMC's default and is not (some refuse the member). */
  readonly writeProtected?: boolean;
}

/** Kinds of virtual drive, as Redfish names them. */
export type MediaType = 'CD' | 'DVD' | 'Floppy' | 'USBStick';

/**
 * What can be asked of one system behind one BMC. Every call throws `RedfishError` and nothing else, apart from the signal's reason.
 * Calls to one BMC wait for each other.
 */
export interface RedfishClient {
  /** Host (and port) of the BMC, for messages. */
  readonly bmc: string;
  getSystem(options?: CallOptions): Promise<SystemView>;
  /** Asks for a reset and returns when the BMC has taken the request. Never sent twice unless the BMC certainly did not take it. */
  reset(type: ResetType, options?: CallOptions): Promise<void>;
  setBootOverride(override: BootOverride, options?: CallOptions): Promise<void>;
  allowedBootTargets(options?: CallOptions): Promise<readonly BootTarget[]>;
  listVirtualMedia(options?: CallOptions): Promise<readonly VirtualMediaView[]>;
  /** Ejects what is in drives of the kind, then inserts into the first drive that takes it; answers its path. */
  insertVirtualMedia(type: MediaType, media: MediaInsertion, options?: CallOptions): Promise<string>;
  /** Ejects from all drives of the kinds (all drives when none are given); nothing inserted is no error. */
  ejectVirtualMedia(types?: readonly MediaType[], options?: CallOptions): Promise<void>;
}

/** Clients by BMC, with their kept connections and sessions. */
export interface RedfishPool {
  /** Never talks to the BMC by itself. The same target gets the same queue, session and breaker. */
  get(target: RedfishTarget): RedfishClient;
  /** Deletes sessions at the BMCs and closes connections. */
  close(): Promise<void>;
}
