import type { Conductor } from '../../conductor/start-conductor.ts';
import { ALL_ROLES } from './roles.ts';
import { type RunningRoles, type ServiceParts, startRoles } from './start-roles.ts';

/** The whole service in this process. */
export interface Service extends RunningRoles {
  readonly apiUrl: string;
  readonly fileServerUrl: string;
  readonly conductor: Conductor;
}

/** Starts everything: store, file server, images, BMC access, drivers, conductor, API. Throws as `startRoles` does. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const running = await startRoles(parts, ALL_ROLES);
  const { apiUrl, fileServerUrl, conductor } = running;
  if (apiUrl === null || fileServerUrl === null || conductor === null) throw new Error('a part of the whole service did not start');
  return { ...running, apiUrl, fileServerUrl, conductor };
}
