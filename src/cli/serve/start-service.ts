import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createApiServer } from '../../api/create-api-server.ts';
import { createMediaPublisher } from '../../boot/create-media-publisher.ts';
import { startFileServer } from '../../boot/file-server.ts';
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
import { httpUrl, reachableHost } from './addresses.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { listenError } from './listen-error.ts';
import { redfishLimits } from './redfish-limits.ts';

export interface Service {
  /** Where the API answers, without `/v1`. */
  readonly apiUrl: string;
  readonly fileServerUrl: string;
  readonly store: Store;
  readonly conductor: Conductor;
  /** With `drain`, work that has begun is brought to a point from which it can go on; without, it stops where it is. */
  stop(options?: { drain: boolean }): Promise<void>;
}

/** Event streams and other kept connections get so long to end, in milliseconds. */
const CLOSE_GRACE_MS = 2000;

/**
 * Puts the whole program together: store, file server, images, BMC access, drivers, conductor, API. What was started is stopped again
 * when a later part fails. Throws CommandFailure, ConfigError and catalogue errors.
 */
export async function startService(parts: { config: Config; log: Logger; clock: Clock; hostname?: string }): Promise<Service> {
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
    const store = await openStore(config.string('database', 'connection'), { clock, log });
    undo.push(() => store.close());

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

    const hostname = parts.hostname ?? config.string('DEFAULT', 'host');
    const conductor = await startConductor({ store, config, clock, log, registry, hostname });
    let drain = false;
    undo.push(() => conductor.stop({ drain }));

    const api = createApiServer({ store, conductor, config, clock, log });
    const port = await listenApi(api, host, wantedPort);
    // Heartbeats of agents are taken until the conductor has drained: the API is closed after it, so it stands first to be undone last.
    undo.splice(-1, 0, () => closeApi(api, clock));
    apiPort = port;
    apiUrl = httpUrl(reachable, port);
    log.info({ api: apiUrl, files: fileUrl, database: store.dialect, hostname }, 'service is up');

    return {
      apiUrl,
      fileServerUrl: fileUrl,
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
