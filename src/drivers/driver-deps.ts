import type { MediaPublisher } from '../boot/media-publisher.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import type { ImageService } from '../image/image-service.ts';
import type { Clock } from '../model/clock.ts';
import type { RedfishPool } from '../protocol/redfish/redfish-client.ts';
import type { AgentClient } from './agent-link/agent-client.ts';

/** What the implementations are built from. Each takes the members it needs. */
export interface DriverDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly redfish: RedfishPool;
  readonly images: ImageService;
  readonly media: MediaPublisher;
  readonly agents: AgentClient;
}
