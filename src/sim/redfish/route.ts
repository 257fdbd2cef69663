import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';

/** One request, taken apart. */
export interface RedfishCall {
  readonly method: string;
  /** Path without query and without trailing slash. */
  readonly path: string;
  /** Values of the `:name` parts of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** Base URL of the BMC as the client addressed it. */
  readonly origin: string;
  readonly userName: string | null;
  /** The token the request came with. */
  readonly token: string | null;
}

export interface RedfishAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

/**
 * One resource of the tree. `get` returns the body or throws a `RedfishFault`; the others return an answer, `undefined` being 204.
 */
export interface Route {
  /** For example `/redfish/v1/Systems/:system/Storage/:storage`. */
  readonly path: string;
  /** Methods that need no login. */
  readonly open?: readonly string[];
  readonly get?: (machine: Machine, call: RedfishCall) => JsonObject;
  readonly patch?: (machine: Machine, call: RedfishCall) => RedfishAnswer | undefined;
  readonly post?: (machine: Machine, call: RedfishCall) => RedfishAnswer | undefined;
  readonly delete?: (machine: Machine, call: RedfishCall) => RedfishAnswer | undefined;
}
