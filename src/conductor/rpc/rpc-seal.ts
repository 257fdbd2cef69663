/**
 * How calls prove where they come from: each message carries an HMAC over itself, the time, a random number and the host it is meant
 * for, made with the secret that all processes share. The secret itself never travels; a message that was listened to cannot be sent
 * again, neither to this conductor nor to another. Answers are sealed over the number of their call. Contents are not encrypted.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { Secret } from '../../model/secret.ts';

const SCHEME = 'Wrought-HMAC-SHA256';
/** How far clocks may be apart, and how long numbers are remembered, in milliseconds. */
const WINDOW_MS = 60_000;
const FORM = new RegExp(`^${SCHEME} time=(\\d{1,16}),number=([0-9a-f]{32}),mac=([0-9a-f]{64})$`);

function mac(secret: Secret, parts: readonly string[], body: Buffer): Buffer {
  return createHmac('sha256', secret.reveal())
    .update(`${parts.join('\n')}\n`)
    .update(body)
    .digest();
}

export interface SealedCall {
  /** Value of the `Authorization` header. */
  readonly header: string;
  readonly number: string;
}

/** Seals a call to `host`. */
export function sealCall(secret: Secret, call: { host: string; body: Buffer; now: number }): SealedCall {
  const number = randomBytes(16).toString('hex');
  const sum = mac(secret, ['call', call.host, String(call.now), number], call.body).toString('hex');
  return { number, header: `${SCHEME} time=${call.now},number=${number},mac=${sum}` };
}

/** Seal of the answer to a call. */
export function sealAnswer(secret: Secret, number: string, body: Buffer): string {
  return mac(secret, ['answer', number], body).toString('hex');
}

/** True when the answer was made by somebody who has the secret, for this call. */
export function isAnswerGenuine(secret: Secret, answer: { number: string; body: Buffer; seal: string | undefined }): boolean {
  if (answer.seal === undefined || !/^[0-9a-f]{64}$/.test(answer.seal)) return false;
  return timingSafeEqual(Buffer.from(answer.seal, 'hex'), mac(secret, ['answer', answer.number], answer.body));
}

/** Judges the calls that a conductor gets. */
export interface SealChecker {
  /** The call's number, or why it is refused. */
  check(header: string | undefined, body: Buffer): { number: string } | { refused: string };
}

export function createSealChecker(secret: Secret, host: string, clock: Clock): SealChecker {
  const seen = new Map<string, number>();
  const forget = (now: number): void => {
    // In the order in which they came: the first young one ends the look.
    for (const [number, at] of seen) {
      if (now - at <= 2 * WINDOW_MS) return;
      seen.delete(number);
    }
  };
  return {
    check(header, body) {
      const [, time = '', number = '', sum = ''] = FORM.exec(header ?? '') ?? [];
      if (sum === '') return { refused: 'the call carries no seal' };
      if (!timingSafeEqual(Buffer.from(sum, 'hex'), mac(secret, ['call', host, time, number], body))) {
        return {
          refused: `the seal does not fit: another [wrought]rpc_secret, or a call that is meant for another conductor than ${host}`,
        };
      }
      const now = clock.now();
      if (Math.abs(now - Number(time)) > WINDOW_MS) {
        return {
          refused: `the call is ${Math.round((now - Number(time)) / 1000)} s old by this clock; at most ${WINDOW_MS / 1000} s are allowed`,
        };
      }
      forget(now);
      if (seen.has(number)) return { refused: 'the call was made before' };
      seen.set(number, now);
      return { number };
    },
  };
}
