import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { type AgentCommand, faultText, parseAgentCommand, parseAgentCommands } from './agent-command.ts';
import { type AgentNode, type AgentTransport, createAgentTransport, jsonBody } from './agent-transport.ts';
import { maskToken } from './mask-token.ts';

export type { AgentCommand } from './agent-command.ts';
export type { AgentNode } from './agent-transport.ts';

export interface CommandOptions {
  /** Ask the agent to answer only when the command has ended. Only for commands that end well within the time-out. */
  readonly wait?: boolean;
  readonly signal?: AbortSignal;
  /** Seconds for one request; default `[agent]command_timeout`. */
  readonly timeoutSeconds?: number;
}

/**
 * The conductor's side of the link to agents, the stock ones and ours alike. Every method throws AGENT_CONNECTION_FAILED when the agent
 * cannot be reached, AGENT_IN_PROGRESS when it is busy with another command, AGENT_API_ERROR when it refuses or answers nonsense. No
 * message carries the token.
 */
export interface AgentClient {
  /** Sends `extension.command`; the answer may say that it failed. */
  command(node: AgentNode, name: string, params: JsonObject, options?: CommandOptions): Promise<AgentCommand>;
  /** As `command` with wait, and throws AGENT_API_ERROR unless it succeeded. */
  run(node: AgentNode, name: string, params: JsonObject, options?: CommandOptions): Promise<JsonObject>;
  /**
   * Starts a long command and asks for it every `[agent]command_wait_interval` seconds, at most `[agent]command_wait_attempts` times.
   * The answer may say that it failed. @throws AGENT_API_ERROR when it does not end in that time.
   */
  runLong(node: AgentNode, name: string, params: JsonObject, options?: CommandOptions): Promise<AgentCommand>;
  /** All commands the agent has run since it started, oldest first. */
  commands(node: AgentNode, options?: CommandOptions): Promise<AgentCommand[]>;
  /** Drops kept connections of a node (its agent is gone). */
  forget(nodeUuid: string): void;
  close(): Promise<void>;
}

export function createAgentClient(parts: { config: Config; clock: Clock; log: Logger; transport?: AgentTransport }): AgentClient {
  const { config, clock, log } = parts;
  const transport = parts.transport ?? createAgentTransport(config);

  const client: AgentClient = {
    async command(node, name, params, options = {}) {
      const what = `node ${node.uuid}: agent command ${name}`;
      const attempts = Math.max(1, config.integer('agent', 'max_command_attempts'));
      for (let attempt = 1; ; attempt++) {
        try {
          return await post(node, name, params, options, what);
        } catch (error) {
          if (!hasCode(error, 'AGENT_CONNECTION_FAILED')) throw error;
          const running = await stillRunning(node, name, options);
          if (running !== undefined) return running;
          if (attempt >= attempts)
            throw new WroughtError('AGENT_CONNECTION_FAILED', `${what}: no answer in ${attempts} tries: ${error.message}`, {
              cause: error,
            });
          log.debug({ node: node.uuid, command: name, attempt, error: error.message }, 'agent did not answer, trying again');
        }
      }
    },

    async run(node, name, params, options = {}) {
      const command = await client.command(node, name, params, { ...options, wait: true });
      if (command.status !== 'succeeded') throw failed(`node ${node.uuid}: agent command ${name}`, command);
      return command.result ?? {};
    },

    async runLong(node, name, params, options = {}) {
      const attempts = config.integer('agent', 'command_wait_attempts');
      const interval = config.integer('agent', 'command_wait_interval');
      const started = await client.command(node, name, params, { ...options, wait: false });
      if (started.status !== 'running') return started;
      for (let attempt = 0; attempt < attempts; attempt++) {
        await clock.sleep(interval * 1000, options.signal);
        const found = (await client.commands(node, options)).findLast((each) => each.name === shortName(name));
        if (found !== undefined && found.status !== 'running') return found;
      }
      throw new WroughtError(
        'AGENT_API_ERROR',
        `node ${node.uuid}: agent command ${name} was still running after ${attempts * interval} seconds ([agent]command_wait_attempts)`,
      );
    },

    async commands(node, options = {}) {
      const what = `node ${node.uuid}: list of agent commands`;
      const answer = await transport.send(node, {
        method: 'GET',
        path: 'commands/',
        timeoutSeconds: options.timeoutSeconds ?? config.integer('agent', 'command_timeout'),
        signal: options.signal,
      });
      if (answer.status >= 400) throw refused(what, node, answer.status, answer.body);
      const commands = parseAgentCommands(jsonBody(answer, what));
      if (commands === undefined) throw new WroughtError('AGENT_API_ERROR', `${what}: the answer is not a list of command results`);
      return commands;
    },

    forget: (uuid) => transport.forget(uuid),
    close: () => transport.close(),
  };
  return client;

  async function post(node: AgentNode, name: string, params: JsonObject, options: CommandOptions, what: string): Promise<AgentCommand> {
    const started = clock.now();
    const answer = await transport.send(node, {
      method: 'POST',
      path: 'commands/',
      query: { wait: String(options.wait ?? false) },
      body: { name, params },
      timeoutSeconds: options.timeoutSeconds ?? config.integer('agent', 'command_timeout'),
      signal: options.signal,
    });
    if (answer.status >= 400) throw refused(what, node, answer.status, answer.body);
    const command = parseAgentCommand(jsonBody(answer, what));
    if (command === undefined) throw new WroughtError('AGENT_API_ERROR', `${what}: the answer is not a command result`);
    // The agent's own word for "you sent parameters this command does not have".
    if (command.errorType === 'TypeError') throw failed(what, command);
    log.info({ node: node.uuid, command: name, status: command.status, ms: clock.now() - started }, 'agent command sent');
    return command;
  }

  /** A request whose answer got lost may have been taken all the same: then it is the last command, and running. */
  async function stillRunning(node: AgentNode, name: string, options: CommandOptions): Promise<AgentCommand | undefined> {
    try {
      const last = (await client.commands(node, options)).at(-1);
      return last?.name === shortName(name) && last.status === 'running' ? last : undefined;
    } catch (error) {
      if (hasCode(error, 'AGENT_CONNECTION_FAILED', 'AGENT_API_ERROR', 'AGENT_IN_PROGRESS')) return undefined;
      throw error;
    }
  }
}

function shortName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

function failed(what: string, command: AgentCommand): WroughtError {
  return new WroughtError('AGENT_API_ERROR', `${what} ended as ${command.status}: ${command.error ?? 'no reason given'}`);
}

function refused(what: string, node: AgentNode, status: number, body: string): WroughtError {
  const text = maskToken(faultText(body), node.driver_internal_info.agent_secret_token);
  if (status === 409 || /agent is busy/i.test(text)) return new WroughtError('AGENT_IN_PROGRESS', `${what}: the agent is busy: ${text}`);
  return new WroughtError('AGENT_API_ERROR', `${what}: the agent answered ${status}: ${text}`);
}
