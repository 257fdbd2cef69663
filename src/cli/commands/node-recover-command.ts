import type { Command } from 'commander';
import { messageOf } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { CommandFailure } from '../cli-error.ts';
import { withApiOptions, withService } from '../command-context.ts';
import { fieldTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

/** `wrought node recover` */
export function addNodeRecoverCommand(node: Command, terminal: Terminal): void {
  withApiOptions(
    node
      .command('recover')
      .description('say what holds a node; with --yes end a hold that nobody works under')
      .argument('<node...>', 'names or UUIDs'),
  )
    .option('--yes', 'do it: the former holder is fenced off, then the work is carried on or fails with the reason')
    .action((idents: string[], options: { url?: string; json?: boolean; yes?: boolean }) =>
      withService(terminal, options, async ({ api, print }) => {
        const reports: JsonObject[] = [];
        const failures: string[] = [];
        for (const ident of idents) {
          try {
            reports.push(await api.post(`/wrought/v1/nodes/${encodeURIComponent(ident)}/recover`, { confirm: options.yes === true }));
          } catch (error) {
            // The others are still seen to.
            failures.push(`${ident}: ${messageOf(error)}`);
          }
        }
        print(reports, () => reports.map((report) => shown(report, options.yes === true)).join('\n'));
        if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
      }),
    );
}

function shown(report: JsonObject, confirmed: boolean): string {
  const holder = isJsonObject(report.holder) ? report.holder : null;
  const step = isJsonObject(report.step) ? report.step : null;
  const rows: JsonObject = {
    node: report.name ?? report.node,
    provision_state: report.provision_state,
    held_by: holder?.conductor ?? 'nobody',
    ...(holder && {
      purpose: holder.purpose,
      since: holder.since,
      lease: `${holder.lease_ended === true ? 'ended' : 'ends'} ${String(holder.lease_expires_at)}`,
      holder_is: holder.working === true ? 'alive and at work' : holder.alive === true ? 'alive, but not at work here' : 'gone',
    }),
    ...(step && { step: step.name, step_since: step.started_at, step_deadline: step.deadline }),
    finding: report.explanation,
  };
  const end = report.done === true ? 'done\n' : !confirmed && report.action === 'break' ? 'nothing was changed; --yes does it\n' : '';
  return `${fieldTable(rows)}${end}`;
}
