import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure } from '../cli-error.ts';

/** Makes the data directory and checks that it can be written; answers its absolute path. Throws CommandFailure. */
export async function prepareDataDirectory(path: string): Promise<string> {
  const directory = resolve(path);
  try {
    await mkdir(directory, { recursive: true, mode: 0o750 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    const finding = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      `the data directory ${directory} cannot be used: ${finding}; set [wrought]data_dir to a directory that this user may write`,
      { cause: error },
    );
  }
}
