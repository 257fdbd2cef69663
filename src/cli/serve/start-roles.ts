import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createApiServer } from '../../api/create-api-server.ts';
import { createMediaPublisher } from '../../boot/create-media-publisher.ts';
import { startFileServer } from '../../boot/file-server.ts';
import type { ConductorService } from '../../conductor/conductor-service.ts';
import { createRemoteConductorService } from '../../conductor/rpc/create-remote-conductor-service.ts';
import { rpcSecret } from '../../conductor/rpc/rpc-options.ts';
import type { RpcServer } from '../../conductor/rpc/start-rpc-server.ts';
import { type Conductor, startConductor } from '../../conductor/start-conductor.ts';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import { overlayConfig } from '../../config/overlay-config.ts';
import { createAgentClient } from '../../drivers/agent-link/agent-client.ts';
import { createDriverRegistry } from '../../drivers/create-driver-registry.ts';
import { createImageService } from '../../image/create-image-service.ts';
import type { Clock } from '../../model/clock.ts';
import { createRedfishPool } from '../../protocol/redfish/create-redfish-pool.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { CommandFailure } from '../cli-error.ts';
import { httpUrl, reachableHost } from './addresses.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { listenError } from './listen-error.ts';
import { listenRpc } from './listen-rpc.ts';
import { redfishLimits } from './redfish-limits.ts';
import type { Role } from './roles.ts';
import { takeSoleUse } from './sole-use.ts';

/** What runs in this process; null for the roles that it does not have. */
export interface RunningRoles {
  /** Where the API answers, without `/v1`. */
  readonly apiUrl: string | null;
  readonly fileServerUrl: string | null;
  /** Where the conductor takes calls of other processes. */
  readonly rpcUrl: string | null;
  readonly store: Store;
  readonly conductor: Conductor | null;
  /** With `drain`, work that has begun is brought to a point from which it can go on; without, it stops where it is. */
  stop(options?: { drain: boolean }): Promise<void>;
}

export interface ServiceParts {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly hostname?: string;
}

/** Event streams and other kept connections, and calls under way, get so long to end, in milliseconds. */
const CLOSE_GRACE_MS = 2000;

/**
 * Puts the program together for some roles: an API process has no drivers and asks conductors over RPC; a conductor process has no API
 * and listens for those calls; with both, the conductor of the process is called plainly. What was started is stopped again when a later
 * part fails. Throws CommandFailure, ConfigError and catalogue errors.
 */
export async function startRoles(parts: ServiceParts, roles: ReadonlySet<Role>): Promise<RunningRoles> {
  const { log, clock } = parts;
  let fileUrl: string | undefined;
  const host = parts.config.string('api', 'host_ip');
  const reachable = reachableHost(host, parts.config.string('DEFAULT', 'my_ip'), parts.config.string('DEFAULT', 'my_ipv6'));
  const wantedPort = parts.config.integer('api', 'port');
  // Known before the API listens unless the system chooses the port: work that a crash left behind may go on at once.
  let apiPort = wantedPort === 0 ? undefined : wantedPort;
  let apiUrl = apiPort === undefined ? undefined : httpUrl(reachable, apiPort);
  // Ports may be chosen by the system; drivers ask for these options when they need an address.
  const config = overlayConfig(parts.config, {
    'api.port': () => apiPort,
    'deploy.external_callback_url': () => parts.config.optionalString('deploy', 'external_callback_url') ?? apiUrl,
    'wrought.http_url': () => parts.config.optionalString('wrought', 'http_url') ?? fileUrl,
  });
  const undo: (() => Promise<unknown>)[] = [];

  async function undoAll(): Promise<void> {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => log.error({ error }, 'a part did not stop cleanly'));
    }
  }

  try {
    const dataDir = await prepareDataDirectory(config.string('wrought', 'data_dir'));
    const connection = config.string('database', 'connection');
    const soleUse = takeSoleUse(connection);
    undo.push(async () => soleUse.release());
    const store = await openStore(connection, { clock, log });
    undo.push(() => store.close());
    if (store.dialect === 'sqlite' && !(roles.has('api') && roles.has('conductor'))) {
      throw new CommandFailure(
        'roles apart need PostgreSQL: with SQLite one process does everything; set [database]connection to postgresql://user:password@host/database, or leave --roles out',
      );
    }

    const hostname = parts.hostname ?? config.string('DEFAULT', 'host');
    let drain = false;
    let rpc: { server: RpcServer; url: string } | null = null;
    let conductor: Conductor | null = null;
    if (roles.has('conductor')) {
      const root = join(dataDir, 'http');
      const files = await listenFiles(config, root, log);
      undo.push(() => files.close());
      fileUrl = parts.config.optionalString('wrought', 'http_url') ?? files.url;
      const media = createMediaPublisher({ root, baseUrl: fileUrl });
      const images = createImageService({ config, media, clock, log, dataDir });
      const redfish = createRedfishPool({ clock, log, limits: redfishLimits(config) });
      undo.push(() => redfish.close());
      const agents = createAgentClient({ config, clock, log });
      const registry = createDriverRegistry({ config, log, clock, redfish, images, media, agents });
      // A process that does everything takes calls of others only when there may be others.
      if (!roles.has('api') || (store.dialect === 'postgresql' && rpcSecret(config) !== null)) {
        rpc = await listenRpc({ config, hostname, clock, log });
      }
      const { server, url } = rpc ?? { server: null, url: null };
      // Undone here when the conductor does not start; otherwise it has been closed by then.
      const closeRpc = async (): Promise<void> => void (await server?.close(CLOSE_GRACE_MS));
      undo.push(closeRpc);
      const started = await startConductor({ store, config, clock, log, registry, hostname, rpcUrl: url });
      conductor = started;
      server?.serve(started);
      undo.push(async () => {
        // Refused connections send callers to the next conductor while this one drains.
        await Promise.all([closeRpc(), started.stop({ drain })]);
      });
    }

    if (roles.has('api')) {
      const local: ConductorService | null = conductor;
      const shared = conductor === null || rpc !== null;
      const remote = shared
        ? await createRemoteConductorService({ store, config, clock, log, ...(conductor && { local: { hostname, service: conductor } }) })
        : null;
      const service = remote ?? local;
      if (service === null) throw new Error('an API without conductor');
      const api = createApiServer({ store, conductor: service, config, clock, log });
      const port = await listenApi(api, host, wantedPort);
      // Heartbeats of agents are taken until the conductor has drained: the API is closed after it, so it stands first to be undone last.
      const closing = async (): Promise<void> => {
        await closeApi(api, clock);
        await remote?.close();
      };
      if (conductor === null) undo.push(closing);
      else undo.splice(-1, 0, closing);
      apiPort = port;
      apiUrl = httpUrl(reachable, port);
    }
    const ownApi = roles.has('api') ? (apiUrl ?? null) : null;
    log.info(
      { roles: [...roles], api: ownApi, files: fileUrl, rpc: rpc?.url, database: store.dialect, hostname: conductor && hostname },
      'service is up',
    );

    return {
      apiUrl: ownApi,
      fileServerUrl: fileUrl ?? null,
      rpcUrl: rpc?.url ?? null,
      store,
      conductor,
      async stop(options = { drain: true }) {
        drain = options.drain;
        await undoAll();
        log.info({}, 'service has stopped');
      },
    };
  } catch (error) {
    await undoAll();
    throw error;
  }
}

async function listenFiles(config: Config, root: string, log: Logger): Promise<{ url: string; close(): Promise<void> }> {
  const host = config.string('wrought', 'http_host');
  const port = config.integer('wrought', 'http_port');
  try {
    return await startFileServer({ host, port, root, log });
  } catch (error) {
    throw listenError(error, 'the file server', host, port, '[wrought]http_host and http_port');
  }
}

async function listenApi(api: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await api.listen({ host, port });
  } catch (error) {
    await api.close();
    throw listenError(error, 'the API', host, port, '[api]host_ip and port');
  }
  const address = api.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function closeApi(api: FastifyInstance, clock: Clock): Promise<void> {
  const cancel = clock.after(CLOSE_GRACE_MS, () => api.server.closeAllConnections());
  await api.close().finally(cancel);
}
