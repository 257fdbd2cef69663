import { putBoth16, putBoth32, putText, putWideText, SECTOR, volumeDate } from './fields.ts';

export interface VolumeFacts {
  readonly label: string;
  readonly publisher: string;
  readonly date: Date;
  /** Sectors of the whole image. */
  readonly blocks: number;
  readonly pathTableSize: number;
  readonly littlePathTable: number;
  readonly bigPathTable: number;
  readonly rootRecord: Buffer;
}

/** Primary volume descriptor (8.4). */
export function primaryDescriptor(facts: VolumeFacts): Buffer {
  return descriptor(1, facts, putText);
}

/** Supplementary volume descriptor (8.5) with the escape sequence of Joliet level 3. */
export function jolietDescriptor(facts: VolumeFacts): Buffer {
  const sector = descriptor(2, facts, putWideText);
  sector.write('%/E', 88, 'latin1');
  return sector;
}

/** Boot record (8.2) that points at the El Torito catalogue. */
export function bootDescriptor(catalogueBlock: number): Buffer {
  const sector = start(0);
  sector.write('EL TORITO SPECIFICATION', 7, 'latin1');
  sector.writeUInt32LE(catalogueBlock, 71);
  return sector;
}

/** Set terminator (8.3). */
export function terminator(): Buffer {
  return start(255);
}

function start(type: number): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector[0] = type;
  sector.write('CD001', 1, 'latin1');
  sector[6] = 1;
  return sector;
}

function descriptor(type: number, facts: VolumeFacts, text: typeof putText): Buffer {
  const sector = start(type);
  text(sector, 8, 32, 'LINUX');
  text(sector, 40, 32, facts.label);
  putBoth32(sector, 80, facts.blocks);
  putBoth16(sector, 120, 1);
  putBoth16(sector, 124, 1);
  putBoth16(sector, 128, SECTOR);
  putBoth32(sector, 132, facts.pathTableSize);
  sector.writeUInt32LE(facts.littlePathTable, 140);
  sector.writeUInt32BE(facts.bigPathTable, 148);
  facts.rootRecord.copy(sector, 156);
  text(sector, 190, 128, '');
  text(sector, 318, 128, facts.publisher);
  text(sector, 446, 128, '');
  text(sector, 574, 128, 'WROUGHT');
  for (const offset of [702, 739, 776]) text(sector, offset, 37, '');
  for (const offset of [813, 830]) volumeDate(facts.date).copy(sector, offset);
  for (const offset of [847, 864]) volumeDate(null).copy(sector, offset);
  sector[881] = 1;
  return sector;
}
