import type { Millis } from './node.ts';

/** A conductor's registration: who is a member of the cluster and what it can drive. */
export interface ConductorRecord {
  readonly id: number;
  readonly hostname: string;
  readonly created_at: Millis;
  /** Last heartbeat. */
  updated_at: Millis;
  conductor_group: string;
  /** Names of enabled hardware types. */
  drivers: string[];
  /** False after a graceful stop. */
  online: boolean;
  /** Base URL of its RPC listener; null when only this process can call it. */
  rpc_url: string | null;
}
