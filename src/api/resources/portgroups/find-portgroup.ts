import type { Portgroup } from '../../../model/portgroup.ts';
import type { Store } from '../../../store/store.ts';
import { isUuid } from '../../fields/identifier.ts';
import { notFound } from '../../http/error-replies.ts';

/** A portgroup by UUID or name. @throws NOT_FOUND. */
export async function findPortgroup(store: Store, ident: string): Promise<Portgroup> {
  const group = isUuid(ident) ? await store.portgroups.getByUuid(ident) : await store.portgroups.getByName(ident);
  if (!group) throw notFound(`Portgroup ${ident.slice(0, 255)} could not be found`);
  return group;
}
