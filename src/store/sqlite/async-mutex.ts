/** Lets one holder in at a time, in the order of asking. */
export class AsyncMutex {
  #held = false;
  #waiting: (() => void)[] = [];

  /** Resolves when the caller holds the mutex; it must call `release()`. */
  acquire(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Hands the mutex to whoever waits longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }
}
