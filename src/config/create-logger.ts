import pino from 'pino';
import type { Logger } from './logger.ts';
import { maskUrl } from './mask-option.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Field names whose values never reach the log, compared without case and separators. */
const SECRET_FIELD =
  /(password|passwd|secret|token|credential|authorization|privatekey|apikey|accesskey|configdrive|snmpcommunity|authkey|privkey)$/;
const MASK = '******';
const MAX_DEPTH = 8;

/**
 * A pino logger that writes one JSON line per message to `destination` (standard error by default, so that standard output stays for
 * what a command prints). Values of secret-looking fields are masked at any depth, and passwords in URLs too.
 */
export function createLogger({ level, destination }: { level: LogLevel; destination?: pino.DestinationStream }): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => maskFields(fields),
    },
  };
  return wrap(pino(options, destination ?? pino.destination({ dest: 2, sync: true })));
}

/** Pino formats the fields of children without asking, so they are masked here. */
function wrap(inner: pino.Logger): Logger {
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    child: (fields) => wrap(inner.child(maskFields(fields))),
  };
}

function maskFields(fields: object): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) shown[name] = maskValue(name, value, MAX_DEPTH);
  return shown;
}

function maskValue(name: string, value: unknown, depth: number): unknown {
  if (value !== null && value !== undefined && value !== '' && SECRET_FIELD.test(name.toLowerCase().replace(/[-_.]/g, ''))) return MASK;
  if (value instanceof Error) return describeError(value, depth);
  if (typeof value === 'string') return value.includes('://') ? maskUrl(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => maskValue('', item, depth - 1));
  if (typeof Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value) ?? {}, 'toJSON')?.value === 'function') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskValue(key, item, depth - 1)]));
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const described: Record<string, unknown> = { type: error.name, message: maskUrl(error.message) };
  if ('code' in error) described.code = error.code;
  if (error.stack !== undefined) described.stack = maskUrl(error.stack);
  if (error.cause !== undefined && depth > 0) described.cause = maskValue('cause', error.cause, depth - 1);
  return described;
}
