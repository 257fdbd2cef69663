import { createServer } from 'node:http';
import { isoBuffer } from '../../protocol/iso9660/write-iso.ts';

/** An HTTP server on loopback that hands out fixed bytes by path: for tests. */
export async function serveBytes(
  files: Readonly<Record<string, Uint8Array>>,
): Promise<AsyncDisposable & { readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const bytes = Object.hasOwn(files, path) ? files[path] : undefined;
    if (!bytes) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${bound.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A ramdisk medium as the boot room builds it: kernel, initial ramdisk, and a boot loader's configuration. */
export function bootMedium(commandLine: string, options: { loader?: 'grub' | 'isolinux'; withoutInitrd?: boolean } = {}): Promise<Buffer> {
  const config =
    options.loader === 'isolinux'
      ? {
          path: 'isolinux/isolinux.cfg',
          content: Buffer.from(`default boot\nlabel boot\nkernel /vmlinuz\nappend initrd=/initrd text ${commandLine} --\n`),
        }
      : {
          path: 'EFI/BOOT/grub.cfg',
          content: Buffer.from(`set default=0\nmenuentry "boot" {\nlinux /vmlinuz ${commandLine} --\ninitrd /initrd\n}\n`),
        };
  return isoBuffer({
    label: 'VMEDIA_BOOT_ISO',
    date: new Date(0),
    files: [
      { path: 'vmlinuz', content: Buffer.from('kernel') },
      ...(options.withoutInitrd ? [] : [{ path: 'initrd', content: Buffer.from('ramdisk') }]),
      config,
    ],
  });
}
