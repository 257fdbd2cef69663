/**
 * Checks the partition table in the first sector of a disk image as strictly as the peer does: an image whose boot sector merely looks
 * like one may be made to be taken for something else.
 *
 * @returns null when all is well, else what is wrong.
 */
export function partitionTableProblem(sector: Buffer): string | null {
  const entries = [446, 462, 478, 494].map((at) => sector.subarray(at, at + 16));
  const used: number[] = [];
  for (const [index, entry] of entries.entries()) {
    const flag = entry[0] ?? 0;
    if (flag !== 0 && flag !== 0x80) return `entry ${index + 1} has the boot flag 0x${flag.toString(16)}`;
    if ((entry[4] ?? 0) !== 0) used.push(index);
  }
  if (used.length === 0) return 'it has no partitions';
  const protective = used.filter((index) => entries[index]?.[4] === 0xee);
  if (protective.length === 0) return null;
  const [first] = entries;
  if (used.length > 1 || used[0] !== 0 || !first) return 'a protective entry stands beside others';
  if (first[1] !== 0 || first[2] !== 2 || first[3] !== 0) return 'the protective entry starts at an unusual cylinder, head or sector';
  if (first.readUInt32LE(8) !== 1) return `the protective entry starts in block ${first.readUInt32LE(8)} instead of 1`;
  return null;
}
