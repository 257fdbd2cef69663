import { accept } from '../accept.ts';
import type { ConsoleInterface } from '../driver.ts';

/** Console of a machine that does not exist: it can be switched on and off and shows nothing. */
export function createFakeConsole(): ConsoleInterface {
  return {
    name: 'fake',
    properties: {},
    steps: [],
    validate: accept,
    start: accept,
    stop: accept,
    async getConsole() {
      return { type: '', url: '' };
    },
  };
}
