import type { Json } from '../../model/json.ts';

/** `capabilities` ("a:b,c:d") with one of them set, the others kept in their order. */
export function withCapability(capabilities: Json | undefined, name: string, value: string): string {
  const present = typeof capabilities === 'string' ? capabilities.split(',').filter((part) => part.trim() !== '') : [];
  const others = present.filter((part) => part.split(':')[0]?.trim() !== name);
  return [...others, `${name}:${value}`].join(',');
}
