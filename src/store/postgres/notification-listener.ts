import pg from 'pg';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { messageOf } from '../../model/errors.ts';
import { clientOptions } from './open-postgres.ts';

/** Channel of the outbox; the payload names the process that wrote, which needs no telling. */
export const EVENT_CHANNEL = 'wrought_events';

const RETRY_MS = 1000;
const RETRY_MAX_MS = 30_000;

export interface NotificationListener {
  close(): Promise<void>;
}

/**
 * Listens on a connection of its own for outbox events of other processes. A lost connection is made anew, with growing pauses; after
 * that `onEvents` is called once unasked, because notifications of the meantime are gone while their events are not.
 */
export async function listenForEvents(options: {
  url: string;
  instance: string;
  clock: Clock;
  log: Logger;
  onEvents: () => void;
}): Promise<NotificationListener> {
  const { url, instance, clock, log, onEvents } = options;
  let closed = false;
  let client: pg.Client | undefined;
  let cancelRetry: (() => void) | undefined;
  let pause = RETRY_MS;

  async function connect(): Promise<void> {
    const next = new pg.Client(clientOptions(url));
    // Until it listens, a failure is told by the rejection of connect(); afterwards by its events, of which the first counts.
    let listening = false;
    const onLost = (reason: string): void => {
      if (!listening || closed) return;
      listening = false;
      log.warn({ reason, retryMs: pause }, 'the event listener lost its database connection');
      next.end().catch(() => {}); // it is lost already: nothing is left to report
      retry();
    };
    next.on('error', (error) => onLost(error.message));
    next.on('end', () => onLost('closed by the server'));
    next.on('notification', (message) => {
      if (message.channel === EVENT_CHANNEL && message.payload !== instance) onEvents();
    });
    client = next;
    try {
      await next.connect();
      await next.query(`listen ${EVENT_CHANNEL}`);
    } catch (error) {
      next.end().catch(() => {}); // the first error is the one to report
      throw error;
    }
    listening = true;
    pause = RETRY_MS;
  }

  function retry(): void {
    cancelRetry = clock.after(pause, () => {
      pause = Math.min(pause * 2, RETRY_MAX_MS);
      connect().then(onEvents, (error: unknown) => {
        if (closed) return;
        log.warn({ error: messageOf(error), retryMs: pause }, 'the event listener cannot connect to the database');
        retry();
      });
    });
  }

  await connect();
  return {
    async close() {
      closed = true;
      cancelRetry?.();
      await client?.end().catch(() => {}); // a connection that is lost is closed enough
    },
  };
}
