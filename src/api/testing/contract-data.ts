import { readFileSync } from 'node:fs';

const folder = new URL('../../../test/data/api/', import.meta.url);

/** A field as the contract's own table has it. */
export interface ContractField {
  readonly field: string;
  readonly type: string;
  readonly minVersion: string;
  readonly create: boolean;
  readonly patch: boolean;
  readonly patchMinVersion?: string;
  readonly inList: boolean;
  readonly inDetail: boolean;
  readonly nullable: boolean;
  readonly notes?: string;
}

/** The contract's fields by resource. */
export const contractFields: Readonly<Record<string, readonly ContractField[]>> = JSON.parse(
  readFileSync(new URL('resource-fields.json', folder), 'utf8'),
);

/** Fields of a resource; microversions as minor numbers. */
export function fieldsOf(resource: string): (ContractField & { since: number })[] {
  return (contractFields[resource] ?? []).map((field) => ({ ...field, since: Number(field.minVersion.split('.')[1]) }));
}

/** A published sample. */
export function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`samples/${name}.json`, folder), 'utf8'));
}
