import type { Millis, NodeUuid } from './node.ts';

/**
 * Proof that its bearer holds a node: every write of a task is conditional on `token`, so a holder whose lease was taken over
 * changes nothing any more.
 */
export interface Lease {
  readonly nodeUuid: NodeUuid;
  /** Host name of the conductor; shown as `reservation`. */
  readonly holder: string;
  readonly token: number;
  readonly purpose: string;
  readonly expiresAt: Millis;
}

/** Who holds a node, told to whoever asked for it in vain. */
export interface LeaseHolder {
  readonly holder: string;
  readonly purpose: string | null;
  readonly since: Millis | null;
  readonly expiresAt: Millis | null;
}
