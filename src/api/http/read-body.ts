import type { Readable } from 'node:stream';
import type { Json } from '../../model/json.ts';
import { BodyRefused, invalid } from './error-replies.ts';
import { nestsDeeperThan } from './json-depth.ts';

export interface BodyLimits {
  /** Bytes of a body of any path. */
  readonly general: number;
  /** Bytes where the path ends in `states/provision`: config drives are large. */
  readonly provision: number;
  /** Bytes where the path ends in `continue_inspection`. */
  readonly inspection: number;
  readonly depth: number;
}

/** The limit for a path, in bytes. */
export function bodyLimit(limits: BodyLimits, path: string): number {
  const plain = path.replace(/\/$/, '');
  if (plain.endsWith('states/provision')) return limits.provision;
  return plain.endsWith('continue_inspection') ? limits.inspection : limits.general;
}

/**
 * Reads a request body within its limit and checks its nesting. The declared length is looked at first, so that a refusal costs no
 * transfer. @throws BodyRefused.
 */
export async function readBody(stream: Readable, options: { limit: number; depth: number; declared: number | null }): Promise<Buffer> {
  const tooLarge = (): BodyRefused => new BodyRefused(413, `The request body is larger than ${options.limit} bytes`);
  if (options.declared !== null && options.declared > options.limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > options.limit) throw tooLarge();
    chunks.push(bytes);
  }
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  if (nestsDeeperThan(body, options.depth)) {
    throw new BodyRefused(400, `The request body nests objects and arrays deeper than ${options.depth} levels`);
  }
  return body;
}

/** Parsed JSON text; undefined for an empty body. @throws INVALID_PARAMETER for malformed JSON or text that is not UTF-8. */
export function parseJsonBody(body: Buffer): Json | undefined {
  if (body.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw invalid('The request body is not UTF-8');
  }
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`The request body is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}
