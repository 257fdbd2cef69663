import type { Option } from './option-table.ts';
import { optionGroups } from './options/all-options.ts';

const index = new Map<string, Map<string, Option>>();
for (const { group, options } of optionGroups) {
  const rows = index.get(group) ?? new Map<string, Option>();
  for (const [name, option] of Object.entries(options)) rows.set(name, option);
  index.set(group, rows);
}

/** The declared options: group, then name. */
export const optionIndex: ReadonlyMap<string, ReadonlyMap<string, Option>> = index;

export function findOption(group: string, name: string): Option | undefined {
  return index.get(group)?.get(name);
}
