import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import { ForeignKeyViolation } from './database-errors.ts';
import type { SpentStepRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

/** Destructive steps that have been started. */
export function spentStepRepository(transactor: Transactor, clock: Clock): SpentStepRepository {
  return {
    async spend(nodeUuid, requestKey, stepKey) {
      try {
        const result = await transactor
          .writer()
          .insertInto('spent_steps')
          .values({ node_uuid: nodeUuid, request_key: requestKey, step_key: stepKey, spent_at: clock.now() })
          .onConflict((conflict) => conflict.columns(['node_uuid', 'request_key', 'step_key']).doNothing())
          .executeTakeFirst();
        return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
      } catch (error) {
        if (error instanceof ForeignKeyViolation)
          throw new WroughtError('NOT_FOUND', `Node ${nodeUuid} could not be found.`, { cause: error });
        throw error;
      }
    },

    async isSpent(nodeUuid, requestKey, stepKey) {
      const row = await transactor
        .reader()
        .selectFrom('spent_steps')
        .select('spent_at')
        .where('node_uuid', '=', nodeUuid)
        .where('request_key', '=', requestKey)
        .where('step_key', '=', stepKey)
        .executeTakeFirst();
      return row !== undefined;
    },

    async forget(nodeUuid) {
      await transactor.writer().deleteFrom('spent_steps').where('node_uuid', '=', nodeUuid).execute();
    },
  };
}
