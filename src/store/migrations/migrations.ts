import { initialSchema } from './0001-initial-schema.ts';
import { portgroups } from './0002-portgroups.ts';
import { deployTemplates } from './0003-deploy-templates.ts';
import { runbooks } from './0004-runbooks.ts';
import { allocations } from './0005-allocations.ts';
import { volumes } from './0006-volumes.ts';
import type { Migration } from './migration.ts';

/** All steps of the schema, oldest first. A released step is never changed: what follows is a new one. */
export const MIGRATIONS: readonly Migration[] = [initialSchema, portgroups, deployTemplates, runbooks, allocations, volumes];
