/** A machine of the scripted driver: power, what it boots, and an agent that remembers commands until it dies. */
import { WroughtError } from '../../model/errors.ts';
import type { PowerState, PowerTarget } from '../../model/node.ts';

export interface AgentCommand {
  readonly name: string;
  state: 'running' | 'succeeded' | 'failed';
}

export interface ScriptedAgent {
  token: string | null;
  readonly url: string;
  commands: AgentCommand[];
}

export class ScriptedMachine {
  readonly uuid: string;
  power: PowerState = 'power off';
  media: 'ramdisk' | null = null;
  agent: ScriptedAgent | null = null;
  /** What happens at a driver call: nothing, an error, or for ever nothing. Keys are names like `power.set` or `deploy.write_image`. */
  readonly faults = new Map<string, 'fail' | 'hang'>();
  /** Runs of steps that destroy data: request and step to number of times started. */
  readonly destroyed = new Map<string, number>();
  /** Names of driver calls in order. */
  readonly calls: string[] = [];
  #boots = 0;

  constructor(uuid: string) {
    this.uuid = uuid;
  }

  /** Every driver call begins here. @throws what the script says. */
  async call(name: string): Promise<void> {
    this.calls.push(name);
    const fault = this.faults.get(name);
    if (fault) this.faults.delete(name);
    if (fault === 'fail') throw new WroughtError('BMC_REFUSED', `scripted failure of ${name}`);
    if (fault === 'hang') await new Promise<void>(() => {});
  }

  setPower(target: PowerTarget): void {
    if (target !== 'power on') this.agent = null;
    this.power = target === 'power off' || target === 'soft power off' ? 'power off' : 'power on';
    if (this.power === 'power on' && this.agent === null && this.media === 'ramdisk') this.bootAgent();
  }

  bootAgent(): void {
    this.#boots++;
    this.agent = { token: null, url: `https://192.0.2.1:9999/${this.#boots}`, commands: [] };
  }

  /** The agent, or the error that a dead one gives. */
  reach(): ScriptedAgent {
    if (!this.agent) throw new WroughtError('AGENT_CONNECTION_FAILED', 'scripted agent is not there');
    return this.agent;
  }

  startCommand(name: string): void {
    const agent = this.reach();
    if (agent.commands.some((command) => command.state === 'running'))
      throw new WroughtError('AGENT_IN_PROGRESS', 'scripted agent is busy');
    agent.commands.push({ name, state: 'running' });
  }

  /** Ends the running command; false when there is none. */
  endCommand(state: 'succeeded' | 'failed'): boolean {
    const command = this.agent?.commands.find((each) => each.state === 'running');
    if (!command) return false;
    command.state = state;
    return true;
  }

  noteDestruction(request: string, step: string): void {
    const key = `${request} ${step}`;
    this.destroyed.set(key, (this.destroyed.get(key) ?? 0) + 1);
  }
}
