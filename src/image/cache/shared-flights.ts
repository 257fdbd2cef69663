/** Work that several callers may wait for at once. */
export interface SharedFlights<T> {
  /**
   * Joins the work of that key, or starts it. The work is aborted only when all who wait for it have given up.
   *
   * @throws what the work throws, or the caller's own reason to abort.
   */
  join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

export function createSharedFlights<T>(): SharedFlights<T> {
  const flights = new Map<string, Flight<T>>();

  function start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const promise = work(controller.signal).finally(() => {
      if (flights.get(key)?.controller === controller) flights.delete(key);
    });
    // Whoever waits sees the failure; when nobody does any more, nobody needs it.
    promise.catch(() => undefined);
    const flight = { promise, controller, waiting: 0 };
    flights.set(key, flight);
    return flight;
  }

  return {
    async join(key, signal, work) {
      signal.throwIfAborted();
      const flight = flights.get(key) ?? start(key, work);
      flight.waiting++;
      let leave: () => void = () => undefined;
      const aborted = new Promise<never>((_, reject) => {
        leave = () => reject(signal.reason);
      });
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([flight.promise, aborted]);
      } finally {
        signal.removeEventListener('abort', leave);
        flight.waiting--;
        if (flight.waiting === 0 && signal.aborted) {
          // A newcomer must not join work that is being given up.
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort(signal.reason);
        }
      }
    },
  };
}
