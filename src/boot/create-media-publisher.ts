import { createHash, randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WroughtError } from '../model/errors.ts';
import type { MediaPublisher } from './media-publisher.ts';

/** A secret of 128 bits: nobody finds a boot image, which holds an agent's token, by trying. */
const SECRET_BYTES = 16;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;

/**
 * Publishes below `root`, as `kind/<secret>/<name>`. What belongs to whom is kept in the directory's own names (a hash of the owner
 * stands before the secret), so that it survives a restart without a database.
 */
export function createMediaPublisher(options: { root: string; baseUrl: string }): MediaPublisher {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Publications of one owner follow each other, or an old file could outlive its replacement.
  const queues = new Map<string, Promise<unknown>>();
  const inTurn = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (queues.get(key) ?? Promise.resolve()).then(work, work);
    const settled = turn
      .catch(() => undefined)
      .finally(() => {
        if (queues.get(key) === settled) queues.delete(key);
      });
    queues.set(key, settled);
    return turn;
  };

  return {
    baseUrl,
    publish(kind, owner, name, source) {
      checkName('kind', kind);
      checkName('file name', name);
      return inTurn(`${kind}/${owner}`, async () => {
        const parent = join(options.root, kind);
        const former = await directoriesOf(parent, owner);
        const directory = `${ownerMark(owner)}-${randomBytes(SECRET_BYTES).toString('hex')}`;
        // Made under a hidden name, which is never served, and renamed when it is whole.
        const hidden = join(parent, `.${directory}`);
        await mkdir(hidden, { recursive: true, mode: 0o755 });
        try {
          await place(join(hidden, name), source);
          await rename(hidden, join(parent, directory));
        } catch (error) {
          await rm(hidden, { recursive: true, force: true });
          throw error;
        }
        for (const old of former) await rm(join(parent, old), { recursive: true, force: true });
        return `${baseUrl}/${kind}/${directory}/${name}`;
      });
    },
    withdraw(kind, owner) {
      checkName('kind', kind);
      return inTurn(`${kind}/${owner}`, async () => {
        const parent = join(options.root, kind);
        for (const directory of await directoriesOf(parent, owner)) await rm(join(parent, directory), { recursive: true, force: true });
      });
    },
  };
}

async function place(target: string, source: { path: string } | { bytes: Uint8Array }): Promise<void> {
  if ('bytes' in source) {
    await writeFile(target, source.bytes, { mode: 0o644 });
    return;
  }
  // A link to a symbolic link would be one itself, and point out of the root.
  const path = await realpath(source.path);
  try {
    await link(path, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    // Another file system, or one that cannot link, or somebody else's file.
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    await copyFile(path, target);
  }
}

async function directoriesOf(parent: string, owner: string): Promise<string[]> {
  const mark = ownerMark(owner);
  try {
    return (await readdir(parent)).filter((name) => name.startsWith(`${mark}-`) || name.startsWith(`.${mark}-`));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function ownerMark(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 24);
}

function checkName(what: string, name: string): void {
  if (!NAME.test(name)) throw new WroughtError('INVALID_PARAMETER', `${JSON.stringify(name)} is no ${what} that can be published`);
}
