/**
 * Run as a process of its own by the crash test: writes until it is killed, and tells each commit once it is acknowledged.
 *
 * usage: node crash-writer.ts CONNECTION
 */
import { writeSync } from 'node:fs';
import { silentLogger } from '../../config/logger.ts';
import { systemClock } from '../../model/clock.ts';
import { openStore } from '../open-store.ts';

const store = await openStore(process.argv[2] ?? '', { clock: systemClock, log: silentLogger });
for (let n = 0; ; n++) {
  const uuid = await store.transaction(async (tx) => {
    const node = await tx.nodes.create({ driver: 'd', name: `n${n}`, extra: { filler: 'x'.repeat(3000) } });
    const address = n
      .toString(16)
      .padStart(12, '0')
      .replace(/(..)(?=.)/g, '$1:');
    await tx.ports.create({ node_uuid: node.uuid, address });
    await tx.events.add({ kind: 'node.created', node_uuid: node.uuid, node_name: node.name, data: { n } });
    return node.uuid;
  });
  writeSync(1, `created ${uuid}\n`);
  const taken = await store.nodes.acquireLease(uuid, { holder: 'h', purpose: 'p', ttlMs: 1000 });
  if ('lease' in taken) await store.nodes.mutate(uuid, taken.lease, () => ({ power_state: 'power on' }));
  writeSync(1, `changed ${uuid}\n`);
}
