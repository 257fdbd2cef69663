import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';
import { pythonEnvironment } from './python-environment.ts';

/** What a run of the command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The unmodified `baremetal` command, pointed at one service. */
export interface BaremetalCommand {
  run(...words: string[]): Promise<Outcome>;
  /** Asserts exit code 0; answers what was printed. */
  ok(...words: string[]): Promise<string>;
  /** As `ok`, with `-f json`: an object, of a command that shows one thing. */
  show(...words: string[]): Promise<JsonObject>;
  /** As `ok`, with `-f json`: the rows of a list. */
  list(...words: string[]): Promise<JsonObject[]>;
  /** Asserts exit code 1 and what is printed on standard error. */
  refused(pattern: RegExp, ...words: string[]): Promise<void>;
}

const LIMIT_MS = 120_000;

export async function baremetalCommand(apiUrl: string): Promise<BaremetalCommand> {
  const { baremetal } = await pythonEnvironment();
  const run = (...words: string[]): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const all = ['--os-auth-type', 'none', '--os-endpoint', apiUrl, ...words];
      execFile(baremetal, all, { timeout: LIMIT_MS, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  const ok = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...words);
    assert.equal(code, 0, `baremetal ${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const json = async (words: string[]): Promise<Json> => JSON.parse(await ok(...words, '-f', 'json'));
  return {
    run,
    ok,
    async show(...words) {
      const value = await json(words);
      assert.ok(isJsonObject(value), `baremetal ${words.join(' ')} prints an object`);
      return value;
    },
    async list(...words) {
      const value = await json(words);
      assert.ok(Array.isArray(value) && value.every(isJsonObject), `baremetal ${words.join(' ')} prints rows`);
      return value;
    },
    async refused(pattern, ...words) {
      const { code, stderr } = await run(...words);
      assert.equal(code, 1, `baremetal ${words.join(' ')} is refused`);
      assert.match(stderr, pattern);
    },
  };
}
