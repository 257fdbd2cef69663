import { STATUS_CODES } from 'node:http';
import { type ErrorCode, WroughtError } from '../../model/errors.ts';
import type { Reply } from './reply.ts';

/**
 * An error of the HTTP layer with the shape of its body. `A`: raised by an endpoint. `B`: raised while routing. `C`: refusal of a body
 * before it is parsed. The contract's fourth shape belongs to authentication (`auth/`).
 */
export class RoutingError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'RoutingError';
    this.status = status;
    this.headers = headers;
  }
}

/** A body that is refused unread: too large, too deep. */
export class BodyRefused extends Error {
  readonly status: number;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.name = 'BodyRefused';
    this.status = status;
  }
}

/** Body of shape A: JSON text inside a JSON string, as clients decode it. */
export function shapeA(status: number, message: string): Reply {
  const inner = JSON.stringify({ faultcode: status < 500 ? 'Client' : 'Server', faultstring: message, debuginfo: null });
  return { status, body: JSON.stringify({ error_message: inner }) };
}

/** Body of shape B. */
export function shapeB(status: number, message: string, headers?: Readonly<Record<string, string>>): Reply {
  const inner = JSON.stringify({ code: status, title: STATUS_CODES[status] ?? 'Error', description: message });
  const body = JSON.stringify({ error_message: inner });
  return headers ? { status, body, headers } : { status, body };
}

/** Body of shape C. */
export function shapeC(status: number, message: string): Reply {
  return { status, body: JSON.stringify({ faultcode: 'Client', faultstring: message }) };
}

/** 400 of an endpoint. */
export function invalid(message: string): WroughtError {
  return new WroughtError('INVALID_PARAMETER', message);
}

/** 406 of an endpoint: the thing exists, but only from a newer version on. */
export function newerVersionNeeded(what: string, minor: number): WroughtError {
  return new WroughtError('NOT_ACCEPTABLE', `${what} needs API version 1.${minor} or later`);
}

/** 404 of an endpoint. */
export function notFound(message: string): WroughtError {
  return new WroughtError('NOT_FOUND', message);
}

/** The same error with another status, where the contract differs by place. */
export function withStatus(error: WroughtError, status: number): WroughtError {
  return new WroughtError(error.code, error.message, { cause: error, status });
}

/** Runs `work`; errors with one of the codes answer 400 instead of their own status. */
export async function asBadRequest<T>(codes: readonly ErrorCode[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WroughtError && codes.includes(error.code)) throw withStatus(error, 400);
    throw error;
  }
}
