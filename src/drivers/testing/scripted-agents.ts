import { WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { AgentClient, AgentCommand } from '../agent-link/agent-client.ts';

/** A result as an agent client answers it. */
export function agentCommand(patch: Partial<AgentCommand> & { name: string }): AgentCommand {
  return { id: `id-${patch.name}`, status: 'succeeded', error: null, errorType: null, result: null, progress: null, ...patch };
}

export interface ScriptedAgents extends AgentClient {
  /** Commands in the order they were sent, with their parameters. */
  readonly sent: { name: string; params: JsonObject }[];
  /** What the agent lists. */
  list: AgentCommand[];
}

/** Agents whose answers a test writes. A command without an answer succeeds with an empty result; an Error is thrown. */
export function scriptedAgents(
  answers: Record<string, Partial<AgentCommand> | Error | ((params: JsonObject) => Partial<AgentCommand>)> = {},
): ScriptedAgents {
  const sent: { name: string; params: JsonObject }[] = [];
  const answer = (name: string, params: JsonObject): AgentCommand => {
    sent.push({ name, params });
    const scripted = answers[name];
    if (scripted instanceof Error) throw scripted;
    const patch = typeof scripted === 'function' ? scripted(params) : scripted;
    return agentCommand({ name: name.slice(name.indexOf('.') + 1), ...patch });
  };
  const agents: ScriptedAgents = {
    sent,
    list: [],
    command: async (_node, name, params) => answer(name, params),
    runLong: async (_node, name, params) => answer(name, params),
    async run(_node, name, params) {
      const done = answer(name, params);
      if (done.status !== 'succeeded') throw new WroughtError('AGENT_API_ERROR', `${name}: ${done.error}`);
      return done.result ?? {};
    },
    commands: async () => agents.list,
    forget() {},
    async close() {},
  };
  return agents;
}
