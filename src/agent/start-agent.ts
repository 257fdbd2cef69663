import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import { type AgentCertificate, createAgentCertificate } from './agent-certificate.ts';
import { type AgentParameters, readAgentParameters } from './agent-parameters.ts';
import { type AgentServer, startAgentServer } from './agent-server.ts';
import { CommandBoard, type CommandTable } from './command-board.ts';
import { createConductorApi } from './conductor-api.ts';
import type { HardwareManager } from './hardware-manager.ts';
import { type HeartbeatLoop, startHeartbeatLoop } from './heartbeat-loop.ts';
import { createImageWriter } from './image-writer.ts';
import { inspectMachine } from './inspect-machine.ts';
import type { KnownNode, LookupAnswer } from './lookup-answer.ts';
import { lookupNode } from './lookup-node.ts';
import { machineCommands } from './machine-commands.ts';
import { standbyCommands } from './standby-commands.ts';
import { stepCommands } from './step-commands.ts';

/** The agent protocol spoken is that of ironic-python-agent 12.0; what follows the plus sign is ours. */
export const AGENT_VERSION = '12.0.0+wrought.0.1.0';

/** First API version whose heartbeat carries a certificate; from there on the agent serves HTTPS. */
const TLS_SINCE = 68;

export interface AgentOptions {
  /** Words of the kernel command line, parsed. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly hardware: HardwareManager;
  /** Address to listen on and, unless `ipa-advertise-host` says otherwise, to announce. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: () => number;
  /** Where images that must be converted are kept meanwhile; default: the system's temporary directory. */
  readonly tempDir?: string;
  /** Largest image kept there, bytes; default 64 GiB. */
  readonly tempLimit?: number;
}

export interface RunningAgent {
  /** Where the API listens; null until lookup has succeeded. */
  readonly url: string | null;
  /** Ends everything at once, as a power cut does. */
  stop(): Promise<void>;
  /** Why the agent ended: `stopped`, `locked down`, `rescue finalized`, or what went wrong. Never rejects. */
  readonly ended: Promise<string>;
}

/**
 * Starts Wrought's deploy agent. The life of an agent:
 *
 *     inspection (when asked for) → lookup → certificate and API → heartbeats for ever, commands when they come
 *
 * Returns at once. @throws ParameterError for words that cannot be used.
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const parameters = readAgentParameters(options.parameters);
  const stopping = new AbortController();
  let url: string | null = null;
  let server: AgentServer | null = null;
  let finish: (reason: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    finish = resolve;
  });

  /** Closes API and heartbeats, then tells why. */
  async function end(reason: string): Promise<void> {
    if (!stopping.signal.aborted) stopping.abort(new Error(`the agent has ended: ${reason}`));
    await server?.close();
    finish(reason);
  }

  const life = live(
    options,
    parameters,
    stopping.signal,
    (reason) => void end(reason),
    (found) => {
      url = found.url;
      server = found.server;
    },
  ).catch(async (error: unknown) => {
    if (stopping.signal.aborted) return;
    options.log.error({ error: messageOf(error) }, 'agent gave up');
    await end(messageOf(error));
  });

  return {
    get url() {
      return url;
    },
    async stop() {
      await end('stopped');
      await life;
    },
    ended,
  };
}

async function live(
  options: AgentOptions,
  parameters: AgentParameters,
  signal: AbortSignal,
  end: (reason: string) => void,
  serving: (found: { url: string; server: AgentServer }) => void,
): Promise<void> {
  const { hardware, clock, log } = options;
  const random = options.random ?? Math.random;
  const startedAt = clock.now();
  const api = createConductorApi(parameters, signal);
  signal.addEventListener('abort', () => void api.close(), { once: true });

  let nodeUuid: string | undefined;
  if (parameters.inspectionUrl !== null)
    nodeUuid = (await inspectMachine({ api, url: parameters.inspectionUrl, hardware, parameters, clock, log, signal })) ?? undefined;
  // Without an API there is nothing more to do: the machine waits to be switched off.
  if (parameters.apiUrls.length === 0) return;

  const macs = (await hardware.inventory()).interfaces.map((each) => each.mac_address).filter((mac) => typeof mac === 'string');
  const found = await lookupNode({
    api,
    macs,
    nodeUuid,
    timeout: parameters.lookupTimeout,
    interval: parameters.lookupInterval,
    clock,
    random,
    log,
    signal,
  });
  const token = chooseToken(found, parameters);
  let node: KnownNode = found.node;
  log.info({ node: node.uuid, heartbeat_timeout: found.heartbeatTimeout }, 'lookup answered');

  const advertised = parameters.advertiseHost ?? options.host;
  const certificate = (await api.minorVersion()) >= TLS_SINCE ? await createAgentCertificate(advertised, clock.now()) : null;
  const writer = createImageWriter({
    hardware,
    parameters,
    lookup: found,
    clock,
    log,
    tempDir: options.tempDir,
    tempLimit: options.tempLimit,
  });
  let heartbeats: HeartbeatLoop | null = null;
  const table: CommandTable = {
    ...stepCommands({
      hardware,
      writer,
      version: AGENT_VERSION,
      remember: (seen) => {
        node = seen;
      },
    }),
    ...standbyCommands({ hardware, writer, node: () => node }),
    // The answer to the command must leave before the API closes.
    ...machineCommands({
      hardware,
      ignoreBootloaderFailure: parameters.ignoreBootloaderFailure,
      endWith: (reason) => setImmediate(() => end(reason)),
      table: () => table,
    }),
  };
  const board = new CommandBoard(table, signal, () => heartbeats?.force());
  signal.throwIfAborted();
  const server = await startAgentServer({
    board,
    token: () => token,
    version: AGENT_VERSION,
    startedAt,
    host: options.host,
    port: options.port,
    certificate,
    log,
  });
  const url = callbackUrl(advertised, server.port, certificate);
  if (signal.aborted) {
    await server.close();
    return;
  }
  serving({ url, server });
  heartbeats = startHeartbeatLoop({
    send: () =>
      api.heartbeat(found.node.uuid, {
        callbackUrl: url,
        agentVersion: AGENT_VERSION,
        token,
        certificate: certificate?.certificate ?? null,
      }),
    timeout: found.heartbeatTimeout,
    clock,
    random,
    log,
    signal,
  });
  await heartbeats.ended;
}

/** The token of the answer, else the one made in advance. @throws Error when there is none: no command could be accepted. */
function chooseToken(found: LookupAnswer, parameters: AgentParameters): string {
  if (found.token !== null && found.token !== 'kept') return found.token;
  if (parameters.token !== null) return parameters.token;
  throw new Error(
    found.token === 'kept'
      ? `node ${found.node.uuid}: the token was given out before and this agent does not have it; the ramdisk must be booted anew`
      : `node ${found.node.uuid}: lookup brought no usable token and none came with the boot parameters (ipa-agent-token)`,
  );
}

function callbackUrl(host: string, port: number, certificate: AgentCertificate | null): string {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${certificate === null ? 'http' : 'https'}://${bracketed}:${port}`;
}
