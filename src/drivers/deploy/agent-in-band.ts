import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { InBandStatus, StepKind, StepRecord } from '../../model/step.ts';
import type { AgentClient, AgentCommand } from '../agent-link/agent-client.ts';
import { nodeForAgent, portsForAgent } from '../agent-link/node-for-agent.ts';
import type { InBand, RamdiskParams, Task } from '../driver.ts';
import { collectAgentLogs } from './agent-logs.ts';
import { groupedByInterface, parseAgentSteps, withPriorityOverrides } from './agent-steps.ts';

export interface InBandParts {
  readonly agents: AgentClient;
  readonly config: Config;
  readonly clock: Clock;
  /** Words for the ramdisk's kernel command line. */
  readonly ramdiskParams: (task: Task) => RamdiskParams;
  /** Arguments that only the conductor knows (write_image's image); merged under those of the step. */
  readonly extraArgs?: (task: Task, kind: StepKind, step: StepRecord) => Promise<JsonObject>;
}

/** The dialogue with an agent about steps, for every deploy interface that boots one; the stock agent and ours alike. */
export function createAgentInBand(parts: InBandParts): InBand {
  const { agents, config, clock } = parts;

  return {
    async getSteps(task, kind) {
      const { node } = task;
      const result = await askForSteps(task, kind);
      const listed = parseAgentSteps(result, kind);
      if (listed === undefined)
        throw new WroughtError(
          'AGENT_API_ERROR',
          `node ${node.uuid}: the agent's answer to get_${kind}_steps lacks ${kind}_steps or hardware_manager_version`,
        );
      for (const problem of listed.problems) task.log.warn({ node: node.uuid, kind, problem }, 'a step of the agent is left out');
      const steps = kind === 'clean' ? withPriorityOverrides(listed.steps, config) : [...listed.steps];
      await task.saveInternal({
        [`agent_cached_${kind}_steps`]: groupedByInterface(steps),
        [`agent_cached_${kind}_steps_refreshed`]: new Date(clock.now()).toISOString(),
        hardware_manager_version: listed.versions,
      });
      return steps;
    },

    async startStep(task, kind, step) {
      const { node } = task;
      const present = await agents.commands(node, { signal: task.signal });
      // A command that was taken before a crash, or whose answer got lost, is not sent a second time.
      if (statusOf(present, markOf(task, kind, step), kind, step).status === 'running') return;
      await task.saveInternal({ [MARK]: { about: markText(task, kind, step), after: present.at(-1)?.id ?? '' } });
      const extra = (await parts.extraArgs?.(task, kind, step)) ?? {};
      const version = node.driver_internal_info.hardware_manager_version;
      const command = await agents.command(
        node,
        `${kind}.execute_${kind}_step`,
        {
          step: { ...wireStep(step), args: { ...extra, ...step.args } },
          node: nodeForAgent(node),
          ports: portsForAgent(task.ports),
          [`${kind}_version`]: isJsonObject(version) && Object.keys(version).length > 0 ? version : null,
        },
        { signal: task.signal },
      );
      if (command.status === 'unknown')
        throw new WroughtError(
          'AGENT_API_ERROR',
          `node ${node.uuid}: the agent answered to ${kind} step ${step.step} with a status nobody knows`,
        );
    },

    async pollStep(task, kind, step) {
      return statusOf(await agents.commands(task.node, { signal: task.signal }), markOf(task, kind, step), kind, step);
    },

    async finishStep(task, kind, step, result) {
      if (step.interface !== 'raid') return;
      if (step.step === 'delete_configuration') {
        const { root_device: _gone, ...properties } = task.node.properties;
        await task.save({ raid_config: {}, properties });
      } else if (step.step === 'create_configuration' || step.step === 'apply_configuration') {
        if (!Array.isArray(result.logical_disks))
          throw new WroughtError(
            'AGENT_API_ERROR',
            `node ${task.node.uuid}: ${kind} step raid.${step.step} succeeded, but the agent sent no RAID configuration back`,
          );
        await task.save({ raid_config: { ...result, last_updated: new Date(clock.now()).toISOString() } });
      }
    },

    async rebootRamdisk(task) {
      await task.driver.boot.prepareRamdisk(task, parts.ramdiskParams(task));
      await task.power('rebooting');
      agents.forget(task.node.uuid);
    },

    collectLogs: (task, label) => collectAgentLogs({ agents, config, clock }, task, label),
  };

  async function askForSteps(task: Task, kind: StepKind): Promise<JsonObject> {
    const params = { node: nodeForAgent(task.node), ports: portsForAgent(task.ports) };
    try {
      return await agents.run(task.node, `${kind}.get_${kind}_steps`, params, { signal: task.signal });
    } catch (error) {
      // Agents before 9.7 have no service extension: they simply offer no service steps.
      if (kind === 'service' && hasCode(error, 'AGENT_API_ERROR')) return { service_steps: {}, hardware_manager_version: { none: '0' } };
      throw error;
    }
  }
}

/**
 * Key of `driver_internal_info` that says which step was given to the agent last, and which command the agent had run last before. Only
 * commands after that one are about the step: an agent that outlives a workflow (fast track) still lists the same step of the former one,
 * and a conductor that died between its decision and its request must not take that for the answer.
 */
const MARK = 'wrought_agent_step';

/** Id of the last command before the step was sent, empty when there was none; null when the step was never sent. */
export type StepMark = string | null;

function markOf(task: Task, kind: StepKind, step: StepRecord): StepMark {
  const mark = task.node.driver_internal_info[MARK];
  return isJsonObject(mark) && mark.about === markText(task, kind, step) && typeof mark.after === 'string' ? mark.after : null;
}

/** Names one step of one request; the keys are the conductor's. */
function markText(task: Task, kind: StepKind, step: StepRecord): string {
  const { wrought_request, [`${kind}_step_index`]: index } = task.node.driver_internal_info;
  return `${wrought_request ?? ''}/${kind}/${index ?? ''}/${step.interface}.${step.step}`;
}

/**
 * How the step is getting on, from the agent's list of commands, oldest first. `unknown` where the agent has not been given this step in
 * this boot.
 */
export function statusOf(commands: readonly AgentCommand[], mark: StepMark, kind: StepKind, step: StepRecord): InBandStatus {
  if (mark === null) return { status: 'unknown' };
  const name = `execute_${kind}_step`;
  // After a reboot the marked command is gone, and every command is a later one.
  const later = commands.slice(commands.findIndex((each) => each.id === mark) + 1);
  const last = later.findLast((each) => each.name === name);
  if (last === undefined) return { status: 'unknown' };
  switch (last.status) {
    case 'running':
      return last.progress === null ? { status: 'running' } : { status: 'running', progress: last.progress };
    case 'failed':
      return { status: 'failed', error: last.error ?? 'the agent gave no reason' };
    case 'version_mismatch':
      return { status: 'version_mismatch', error: last.error ?? 'the hardware managers of the agent have changed' };
    case 'succeeded':
      return isAbout(last, kind, step) ? { status: 'succeeded', result: resultOf(last, kind) } : { status: 'unknown' };
    default:
      return { status: 'failed', error: `the agent tells a status of ${name} that nobody knows` };
  }
}

function isAbout(command: AgentCommand, kind: StepKind, step: StepRecord): boolean {
  const told = command.result?.[`${kind}_step`];
  return isJsonObject(told) && told.interface === step.interface && told.step === step.step;
}

function resultOf(command: AgentCommand, kind: StepKind): JsonObject {
  const result = command.result?.[`${kind}_result`];
  if (isJsonObject(result)) return result;
  return result === null || result === undefined ? {} : { result };
}

/** The step as the agent takes it; what only the engine needs stays here. */
function wireStep(step: StepRecord): JsonObject {
  return {
    interface: step.interface,
    step: step.step,
    priority: step.priority,
    reboot_requested: step.reboot_requested ?? false,
    abortable: step.abortable,
    argsinfo: step.argsinfo === null ? null : JSON.parse(JSON.stringify(step.argsinfo)),
  };
}
