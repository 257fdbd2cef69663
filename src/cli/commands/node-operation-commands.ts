import type { Command } from 'commander';
import type { JsonObject } from '../../model/json.ts';
import { CommandFailure, UsageError } from '../cli-error.ts';
import { withApiOptions, withService } from '../command-context.ts';
import { parseSeconds } from '../key-values.ts';
import { fieldTable, table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

interface Common {
  url?: string;
  json?: boolean;
}

const POWER: Readonly<Record<string, { target: string; soft: string; reached: string }>> = {
  on: { target: 'power on', soft: 'power on', reached: 'power on' },
  off: { target: 'power off', soft: 'soft power off', reached: 'power off' },
  reboot: { target: 'rebooting', soft: 'soft rebooting', reached: 'power on' },
};

/** `wrought node power|maintenance|traits|history` */
export function addNodeOperationCommands(node: Command, terminal: Terminal): void {
  withApiOptions(
    node
      .command('power')
      .description('switch a node on or off')
      .argument('<node>', 'name or UUID')
      .argument('[action]', 'on, off or reboot; nothing shows the state'),
  )
    .option('--soft', 'ask the operating system')
    .option('--wait', 'wait until the power state is reached')
    .option('--timeout <seconds>', 'give up waiting after so long; 0 waits as long as it takes', '0')
    .action((ident: string, action: string | undefined, options: Common & { soft?: boolean; wait?: boolean; timeout: string }) =>
      withService(terminal, options, async ({ api, clock, print }) => {
        const path = `/v1/nodes/${encodeURIComponent(ident)}`;
        if (action !== undefined) {
          const chosen = POWER[action];
          if (chosen === undefined) throw new UsageError(`power takes on, off or reboot, found "${action}"`);
          await api.put(`${path}/states/power`, { target: options.soft ? chosen.soft : chosen.target });
          if (options.wait) {
            const { followNode } = await import('../client/follow-node.ts');
            const timeoutMs = parseSeconds(options.timeout, '--timeout');
            const signals = [terminal.signal, ...(timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)])];
            const view = await followNode({
              api,
              node: ident,
              clock,
              signal: AbortSignal.any(signals),
              done: (each) => each.targetPower === null,
            });
            if (view.power !== chosen.reached)
              throw new CommandFailure(`node ${ident} is "${view.power}": ${view.lastError ?? 'no reason is recorded'}`);
          }
        }
        const state = await api.get(`${path}?fields=uuid,name,power_state,target_power_state,last_error`);
        delete state.links;
        print(state, () => fieldTable(state));
      }),
    );

  withApiOptions(
    node
      .command('maintenance')
      .description('take a node out of automatic care, or give it back')
      .argument('<node>', 'name or UUID')
      .argument('<on|off>', 'on or off'),
  )
    .option('--reason <text>', 'why')
    .action((ident: string, word: string, options: Common & { reason?: string }) =>
      withService(terminal, options, async ({ api, print }) => {
        const path = `/v1/nodes/${encodeURIComponent(ident)}/maintenance`;
        if (word === 'on') await api.put(path, options.reason === undefined ? {} : { reason: options.reason });
        else if (word === 'off') await api.delete(path);
        else throw new UsageError(`maintenance takes on or off, found "${word}"`);
        print({ node: ident, maintenance: word === 'on' }, () => `node ${ident}: maintenance ${word}\n`);
      }),
    );

  addTraits(node, terminal);

  withApiOptions(
    node
      .command('history')
      .description('what happened to a node')
      .argument('<node>', 'name or UUID')
      .argument('[event]', 'UUID of one entry, to show all of it'),
  ).action((ident: string, event: string | undefined, options: Common) =>
    withService(terminal, options, async ({ api, print }) => {
      const path = `/v1/nodes/${encodeURIComponent(ident)}/history`;
      if (event !== undefined) {
        const entry = await api.get(`${path}/${encodeURIComponent(event)}`);
        delete entry.links;
        print(entry, () => fieldTable(entry));
        return;
      }
      const entries = (await api.list(`${path}?detail=true`, 'history')).map(({ links, ...rest }): JsonObject => rest);
      const rows = entries.map((entry) => [entry.created_at, entry.severity, entry.event_type, entry.event, entry.uuid]);
      print(entries, () => table(['When', 'Severity', 'Kind', 'Event', 'UUID'], rows, terminal.columns));
    }),
  );
}

function addTraits(node: Command, terminal: Terminal): void {
  withApiOptions(
    node
      .command('traits')
      .description('show or change the traits of a node')
      .argument('<node>', 'name or UUID')
      .argument('[action]', 'add, remove, set or clear')
      .argument('[trait...]', 'CUSTOM_… or standard traits'),
  ).action((ident: string, action: string | undefined, traits: string[], options: Common) =>
    withService(terminal, options, async ({ api, print }) => {
      const path = `/v1/nodes/${encodeURIComponent(ident)}/traits`;
      if ((action === 'add' || action === 'remove') && traits.length === 0)
        throw new UsageError(`traits ${action} needs at least one trait`);
      switch (action) {
        case undefined:
          break;
        case 'add':
          for (const trait of traits) await api.put(`${path}/${encodeURIComponent(trait)}`, {});
          break;
        case 'remove':
          for (const trait of traits) await api.delete(`${path}/${encodeURIComponent(trait)}`);
          break;
        case 'set':
          await api.put(path, { traits });
          break;
        case 'clear':
          await api.delete(path);
          break;
        default:
          throw new UsageError(`traits takes add, remove, set or clear, found "${action}"`);
      }
      const now = (await api.get(path)).traits;
      const list = Array.isArray(now) ? now.map(String) : [];
      print({ traits: list }, () => list.map((trait) => `${trait}\n`).join(''));
    }),
  );
}
