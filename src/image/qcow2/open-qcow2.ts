import { messageOf, WroughtError } from '../../model/errors.ts';
import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import { type ClusterMap, readClusterMap } from './cluster-map.ts';
import { decompressCluster } from './decompress-cluster.ts';
import { parseQcow2Header, QCOW2_HEADER_BYTES, type Qcow2Header } from './qcow2-header.ts';

/** An opened QCOW2 image. As a source of bytes it is the disk inside. */
export interface Qcow2Image extends ByteSource {
  readonly header: Qcow2Header;
  readonly map: ClusterMap;
}

/**
 * Opens an image for reading: versions 2 and 3, zlib and zstd clusters, subclusters. Internal snapshots are not looked at. Images that
 * refer to other files or are encrypted are refused.
 *
 * @throws IMAGE_REFUSED with the reason.
 */
export async function openQcow2(source: ByteSource): Promise<Qcow2Image> {
  const header = parseQcow2Header(await source.read(0, Math.min(QCOW2_HEADER_BYTES, source.size)));
  const map = await readClusterMap(source, header);
  return {
    header,
    map,
    size: header.virtualSize,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > header.virtualSize)
        throw new RangeError(`bytes ${offset}+${length} lie outside of the disk of ${header.virtualSize} bytes`);
      const out = Buffer.alloc(length);
      for await (const extent of map.extents(offset, offset + length)) {
        if (extent.kind === 'data') (await source.read(extent.at, extent.length)).copy(out, extent.offset - offset);
        else if (extent.kind === 'compressed') {
          const cluster = clusterOf(header, await source.read(extent.at, extent.stored), extent.offset);
          const from = Math.max(0, offset - extent.offset);
          out.set(
            cluster.subarray(from, from + Math.min(extent.length - from, offset + length - extent.offset - from)),
            extent.offset + from - offset,
          );
        }
      }
      return out;
    },
  };
}

function clusterOf(header: Qcow2Header, stored: Buffer, offset: number): Uint8Array {
  try {
    return decompressCluster(header.compression, stored, header.clusterSize);
  } catch (error) {
    throw new WroughtError('IMAGE_REFUSED', `QCOW2 image: the compressed cluster for byte ${offset} is damaged: ${messageOf(error)}`);
  }
}
