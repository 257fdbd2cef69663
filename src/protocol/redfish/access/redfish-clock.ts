/** The part of a clock that this room needs. Milliseconds. */
export interface RedfishClock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
