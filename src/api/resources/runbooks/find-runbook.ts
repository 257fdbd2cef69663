import type { Runbook } from '../../../model/runbook.ts';
import type { Store } from '../../../store/store.ts';
import { isUuid } from '../../fields/identifier.ts';
import { notFound } from '../../http/error-replies.ts';

/** A runbook by UUID or name. @throws NOT_FOUND. */
export async function findRunbook(store: Store, ident: string): Promise<Runbook> {
  const found = isUuid(ident) ? await store.runbooks.getByUuid(ident) : await store.runbooks.getByName(ident);
  if (!found) throw notFound(`Runbook ${ident.slice(0, 255)} could not be found`);
  return found;
}
