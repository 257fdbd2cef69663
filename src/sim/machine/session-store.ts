import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';

export interface Session {
  readonly id: string;
  readonly userName: string;
  readonly createdAt: number;
  readonly token: string;
  usedAt: number;
}

/** Real BMCs have between eight and a few dozen slots; a client that leaks sessions must notice. */
export const MAX_SESSIONS = 32;

/** Token sessions of one BMC. Activity prolongs them. */
export class SessionStore {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  #next = 1;
  /** Seconds without activity after which a session ends. */
  timeoutSeconds = 1800;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null when all slots are taken. */
  open(userName: string): Session | null {
    this.#expire();
    if (this.#sessions.size >= MAX_SESSIONS) return null;
    const now = this.#clock.now();
    const session: Session = {
      id: String(this.#next++),
      userName,
      createdAt: now,
      usedAt: now,
      token: randomBytes(18).toString('base64url'),
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The session of a token, whose life it prolongs. */
  use(token: string): Session | undefined {
    this.#expire();
    for (const session of this.#sessions.values()) {
      if (!same(session.token, token)) continue;
      session.usedAt = this.#clock.now();
      return session;
    }
    return undefined;
  }

  get(id: string): Session | undefined {
    this.#expire();
    return this.#sessions.get(id);
  }

  list(): readonly Session[] {
    this.#expire();
    return [...this.#sessions.values()];
  }

  close(id: string): boolean {
    return this.#sessions.delete(id);
  }

  /** The BMC restarts: nobody is logged in. */
  drop(): number {
    const count = this.#sessions.size;
    this.#sessions.clear();
    return count;
  }

  #expire(): void {
    const limit = this.#clock.now() - this.timeoutSeconds * 1000;
    for (const session of this.#sessions.values()) if (session.usedAt < limit) this.#sessions.delete(session.id);
  }
}

/** Compares without telling by time how much matched. */
export function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
