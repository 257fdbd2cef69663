import { WroughtError } from '../model/errors.ts';
import { ForeignKeyViolation } from './database-errors.ts';
import { parseObject } from './parse-column.ts';
import type { InventoryRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

/** Inspection data of the nodes. */
export function inventoryRepository(transactor: Transactor): InventoryRepository {
  return {
    async get(nodeUuid) {
      const row = await transactor.reader().selectFrom('node_inventory').selectAll().where('node_uuid', '=', nodeUuid).executeTakeFirst();
      return row && { inventory: parseObject(row.inventory), plugin_data: parseObject(row.plugin_data) };
    },

    async set(nodeUuid, data) {
      const values = { inventory: JSON.stringify(data.inventory), plugin_data: JSON.stringify(data.plugin_data) };
      try {
        await transactor
          .writer()
          .insertInto('node_inventory')
          .values({ node_uuid: nodeUuid, ...values })
          .onConflict((conflict) => conflict.column('node_uuid').doUpdateSet(values))
          .execute();
      } catch (error) {
        if (error instanceof ForeignKeyViolation)
          throw new WroughtError('NOT_FOUND', `Node ${nodeUuid} could not be found.`, { cause: error });
        throw error;
      }
    },
  };
}
