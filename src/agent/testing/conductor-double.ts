import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an agent sent with one heartbeat. */
export interface SeenHeartbeat {
  readonly callback_url: string;
  readonly agent_version: string;
  readonly agent_token: string;
  readonly agent_verify_ca?: string;
}

export interface ConductorDouble {
  readonly url: string;
  readonly heartbeats: SeenHeartbeat[];
  readonly lookups: URL[];
  readonly inspections: Record<string, unknown>[];
  /** Statuses that the next lookups, heartbeats and inspection posts answer with before they go back to normal. */
  readonly refuse: { lookup: number[]; heartbeat: number[]; inspection: number[] };
  /** Resolves once so many heartbeats have come. */
  heartbeatNumber(count: number): Promise<SeenHeartbeat>;
  close(): Promise<void>;
}

/**
 * The conductor's endpoints for agents, as small as they can be: for tests of the agent's side of the wire.
 *
 * @param options.token what lookup gives out; `******` when it was given out before.
 */
export async function startConductorDouble(options: {
  nodeUuid: string;
  token: string;
  version?: string;
  heartbeatTimeout?: number;
  node?: Record<string, unknown>;
}): Promise<ConductorDouble> {
  const heartbeats: SeenHeartbeat[] = [];
  const lookups: URL[] = [];
  const inspections: Record<string, unknown>[] = [];
  const refuse = { lookup: [] as number[], heartbeat: [] as number[], inspection: [] as number[] };
  const waiting: { count: number; resolve: (beat: SeenHeartbeat) => void }[] = [];

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://conductor');
      const send = (status: number, body?: unknown): void => {
        const text = body === undefined ? '' : JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      };
      const fault = (status: number): void =>
        send(status, { error_message: JSON.stringify({ faultcode: 'Client', faultstring: `refused with ${status}` }) });
      if (url.pathname === '/') return send(200, { default_version: { id: 'v1', version: options.version ?? '1.115' } });
      if (url.pathname === '/v1/lookup') {
        lookups.push(url);
        const status = refuse.lookup.shift();
        if (status !== undefined) return fault(status);
        return send(200, {
          node: { uuid: options.nodeUuid, properties: {}, instance_info: {}, driver_internal_info: {}, ...options.node },
          config: {
            heartbeat_timeout: options.heartbeatTimeout ?? 300,
            agent_token: options.token,
            agent_token_required: true,
            agent_md5_checksum_enable: true,
            permitted_image_formats: ['raw', 'gpt', 'qcow2'],
          },
        });
      }
      const body = await readJson(request);
      if (url.pathname === `/v1/heartbeat/${options.nodeUuid}`) {
        const status = refuse.heartbeat.shift();
        if (status !== undefined) return fault(status);
        const beat = body as unknown as SeenHeartbeat;
        heartbeats.push(beat);
        send(202);
        for (const each of waiting.splice(0)) {
          if (heartbeats.length >= each.count) each.resolve(beat);
          else waiting.push(each);
        }
        return undefined;
      }
      if (url.pathname === '/v1/continue_inspection') {
        const status = refuse.inspection.shift();
        if (status !== undefined) return fault(status);
        inspections.push(body);
        return send(202, { uuid: options.nodeUuid });
      }
      return fault(404);
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heartbeats,
    lookups,
    inspections,
    refuse,
    heartbeatNumber: (count) =>
      new Promise((resolve) => {
        const last = heartbeats.at(-1);
        if (last !== undefined && heartbeats.length >= count) resolve(last);
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
