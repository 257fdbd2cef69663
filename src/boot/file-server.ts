import { createReadStream } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../config/logger.ts';
import { messageOf } from '../model/errors.ts';
import { parseRange } from './parse-range.ts';
import { pathInUrl } from './path-in-url.ts';

export interface FileServer {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Ends at once, transfers included. */
  close(): Promise<void>;
}

export interface FileServerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Directory whose files are served; it need not exist yet. */
  readonly root: string;
  readonly log: Logger;
}

/** A client that takes no byte for so long is let go, in milliseconds. BMCs pause for minutes while a machine boots. */
const IDLE_MS = 10 * 60_000;
/** Bytes read ahead per transfer: thousands at once must fit into memory. */
const READ_AHEAD = 64 << 10;

/**
 * Serves files to BMCs, firmware and agents: GET and HEAD, byte ranges, validators. Never lists directories, never leaves its root,
 * serves no names that begin with a dot. Files are read only as fast as the client takes them.
 */
export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const server = createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      options.log.warn({ path: request.url?.slice(0, 200), error: messageOf(error) }, 'file transfer failed');
      response.destroy();
    });
  });
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 60_000;
  server.setTimeout(IDLE_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(options.host, server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(options: FileServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const path = pathInUrl(request.url ?? '/');
  const file = path === null ? null : await openRegular(options.root, path);
  if (file === null) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such file\n');
    return;
  }
  try {
    await sendFile(file, request, response);
  } catch (error) {
    // Clients that go away in the middle are ordinary: a BMC fetches what it needs and hangs up.
    if (!request.destroyed && !response.destroyed) throw error;
    options.log.debug({ path, error: messageOf(error) }, 'client ended the transfer');
  } finally {
    await file.handle.close();
  }
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly size: number;
  readonly modified: Date;
  readonly etag: string;
}

async function sendFile(file: OpenFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers: Record<string, string | number> = {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    'Last-Modified': file.modified.toUTCString(),
    ETag: file.etag,
  };
  if (isFresh(request, file)) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = isStaleRange(request, file) ? null : parseRange(request.headers.range, file.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${file.size}` }).end();
    return;
  }
  const start = range?.start ?? 0;
  const end = range?.end ?? file.size - 1;
  headers['Content-Length'] = end - start + 1;
  if (range) headers['Content-Range'] = `bytes ${start}-${end}/${file.size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === 'HEAD' || end < start) {
    response.end();
    return;
  }
  const stream = createReadStream('', { fd: file.handle, autoClose: false, start, end, highWaterMark: READ_AHEAD });
  await pipeline(stream, response);
}

/** `If-None-Match` wins over `If-Modified-Since` (RFC 9110, 13.2.2). */
function isFresh(request: IncomingMessage, file: OpenFile): boolean {
  const match = request.headers['if-none-match'];
  if (match !== undefined) return match.split(',').some((tag) => tag.trim() === file.etag || tag.trim() === '*');
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && Math.floor(file.modified.getTime() / 1000) * 1000 <= since;
}

/** A range asked for on the condition that the file is still the same (`If-Range`), which it is not. */
function isStaleRange(request: IncomingMessage, file: OpenFile): boolean {
  const condition = request.headers['if-range'];
  if (condition === undefined) return false;
  const text = Array.isArray(condition) ? condition.join() : condition;
  return text !== file.etag && text !== file.modified.toUTCString();
}

async function openRegular(root: string, path: string): Promise<OpenFile | null> {
  let handle: FileHandle;
  try {
    // Symbolic links are followed as far as they stay inside.
    const real = await realpath(join(root, path));
    if (!real.startsWith(`${await realpath(root)}${sep}`)) return null;
    handle = await open(real, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'EACCES' || code === 'ELOOP') return null;
    throw error;
  }
  const info = await handle.stat();
  if (!info.isFile()) {
    await handle.close();
    return null;
  }
  const etag = `"${info.ino.toString(36)}-${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}"`;
  return { handle, size: info.size, modified: info.mtime, etag };
}

function urlOf(host: string, address: AddressInfo | string | null): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
