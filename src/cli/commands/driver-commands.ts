import type { Command } from 'commander';
import { withApiOptions, withService } from '../command-context.ts';
import { fieldTable, table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

interface Common {
  url?: string;
  json?: boolean;
}

/** `wrought driver list|show` and `wrought conductor list` */
export function addDriverCommands(program: Command, terminal: Terminal): void {
  const driver = program.command('driver').description('hardware types');

  withApiOptions(driver.command('list').description('list enabled hardware types')).action((options: Common) =>
    withService(terminal, options, async ({ api, print }) => {
      const drivers = await api.list('/v1/drivers', 'drivers');
      const rows = drivers.map((each) => [each.name, Array.isArray(each.hosts) ? each.hosts.join(', ') : each.hosts]);
      print(
        drivers.map(({ name, hosts }) => ({ name, hosts })),
        () => table(['Hardware type', 'Conductors'], rows, terminal.columns),
      );
    }),
  );

  withApiOptions(
    driver.command('show').description('show a hardware type, its interfaces and properties').argument('<driver>', 'name'),
  ).action((name: string, options: Common) =>
    withService(terminal, options, async ({ api, print }) => {
      const path = `/v1/drivers/${encodeURIComponent(name)}`;
      const [{ links, properties: _link, ...shown }, properties] = await Promise.all([api.get(path), api.get(`${path}/properties`)]);
      const rows = Object.entries(properties).map(([property, text]) => [property, text]);
      print({ ...shown, properties }, () => `${fieldTable(shown)}\n${table(['Property', 'Meaning'], rows, terminal.columns)}`);
    }),
  );

  const conductor = program.command('conductor').description('processes that act on nodes');
  withApiOptions(conductor.command('list').description('list conductors')).action((options: Common) =>
    withService(terminal, options, async ({ api, print }) => {
      const conductors = (await api.list('/v1/conductors?detail=true', 'conductors')).map(({ links, ...rest }) => rest);
      const rows = conductors.map((each) => [
        each.hostname,
        each.conductor_group,
        each.alive === true ? 'alive' : 'gone',
        Array.isArray(each.drivers) ? each.drivers.join(', ') : '',
        each.updated_at ?? each.created_at,
      ]);
      print(conductors, () => table(['Host', 'Group', 'State', 'Hardware types', 'Last heard'], rows, terminal.columns));
    }),
  );
}
