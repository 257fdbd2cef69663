import type { Config } from '../../config/config.ts';
import { type ErrorCode, WroughtError } from '../../model/errors.ts';
import type { CallOptions } from '../../protocol/redfish/access/bmc-connection.ts';
import type { RedfishClient, RedfishPool } from '../../protocol/redfish/redfish-client.ts';
import { isRedfishError, type RedfishError, type RedfishErrorKind } from '../../protocol/redfish/redfish-error.ts';
import type { Task } from '../driver.ts';
import { parseRedfishInfo } from './parse-redfish-info.ts';

/** What talking to BMCs takes. */
export interface BmcDeps {
  readonly config: Config;
  readonly redfish: RedfishPool;
}

const CODE: Readonly<Record<RedfishErrorKind, ErrorCode>> = {
  unreachable: 'BMC_UNREACHABLE',
  untrusted: 'BMC_UNREACHABLE',
  dropped: 'BMC_UNREACHABLE',
  timeout: 'BMC_UNREACHABLE',
  'access-denied': 'BMC_ACCESS_DENIED',
  unsupported: 'UNSUPPORTED_BY_DRIVER',
  'not-found': 'BMC_REFUSED',
  busy: 'BMC_REFUSED',
  conflict: 'BMC_REFUSED',
  refused: 'BMC_REFUSED',
  failed: 'BMC_REFUSED',
  malformed: 'BMC_REFUSED',
};

/**
 * Runs `work` against the BMC of the task's node. Failures become catalogue errors that name node, wish and finding; a coming retry is
 * logged in the same words. @param signal ends the work earlier than the task's own would.
 *
 * @example await withBmc(deps, task, 'read power state', (bmc, options) => bmc.getSystem(options))
 */
export async function withBmc<T>(
  deps: BmcDeps,
  task: Task,
  wish: string,
  work: (bmc: RedfishClient, options: CallOptions) => Promise<T>,
  signal: AbortSignal = task.signal,
): Promise<T> {
  const subject = `node ${task.node.name ?? task.node.uuid}: ${wish}`;
  const options: CallOptions = {
    signal,
    onRetry({ error, attempt, of, pauseMs }) {
      const next = `try ${attempt} of ${of} in ${Math.round(pauseMs / 100) / 10} s`;
      task.log.info(
        { node: task.node.uuid, bmc: error.bmc, kind: error.kind, status: error.status },
        `${subject}: ${error.message}; ${next}`,
      );
    },
  };
  try {
    return await work(deps.redfish.get(parseRedfishInfo(task.node, deps.config)), options);
  } catch (error) {
    if (!isRedfishError(error)) throw error;
    throw bmcError(subject, error);
  }
}

/** The catalogue error for a finding of the BMC. */
export function bmcError(subject: string, error: RedfishError, code: ErrorCode = CODE[error.kind]): WroughtError {
  // BMCs word it as if a session had gone; what the operator must look at is driver_info.
  const refused = error.kind === 'access-denied' ? '; check redfish_username and redfish_password in driver_info' : '';
  return new WroughtError(code, `${subject}: ${error.message}${refused}`, { cause: error });
}

/** The finding of the BMC behind a catalogue error, or null. */
export function findingBehind(error: unknown): RedfishError | null {
  return error instanceof WroughtError && isRedfishError(error.cause) ? error.cause : null;
}
