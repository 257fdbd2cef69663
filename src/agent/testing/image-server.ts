import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a file is served: whole, cut off after some bytes, slowly, or refused. */
export interface ServedFile {
  readonly content: Buffer;
  readonly cutAfter?: number;
  readonly status?: number;
  /** Leaves the length out of the answer. */
  readonly chunked?: boolean;
  /** The connection stays open after so many bytes and nothing more comes. */
  readonly stallAfter?: number;
}

export interface ImageServer {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** A web server for images, with the ways in which one can fail. */
export async function startImageServer(files: Record<string, ServedFile>): Promise<ImageServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const file = files[path];
    if (file === undefined || file.status !== undefined) {
      response.writeHead(file?.status ?? 404).end();
      return;
    }
    if (!file.chunked) response.setHeader('content-length', file.content.length);
    response.writeHead(200);
    if (file.cutAfter !== undefined) response.write(file.content.subarray(0, file.cutAfter), () => response.destroy());
    else if (file.stallAfter !== undefined) response.write(file.content.subarray(0, file.stallAfter));
    else response.end(file.content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
