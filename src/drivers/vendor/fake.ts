import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import { accept } from '../accept.ts';
import type { DriverStep, VendorInterface, VendorMethod } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';

const STEP: Omit<DriverStep, 'kind' | 'step' | 'priority' | 'run'> = {
  argsinfo: null,
  abortable: true,
  requires_ramdisk: false,
  destroysData: false,
  rerun: 'safe',
  deadlineSeconds: 3600,
  stallHint: 'The fake step only pauses; see [fake]vendor_delay.',
};

/** Vendor methods and steps that show how such things travel through the API. */
export function createFakeVendor(deps: { config: Config; clock: Clock; log: Logger }): VendorInterface {
  const pause = createFakeDelay(deps, 'vendor');
  const logPassthrough: DriverStep['run'] = async (task) => {
    deps.log.debug({ node: task.node.uuid }, 'vendor step log_passthrough');
    await pause(task);
    return 'done';
  };

  /** A method that compares its argument `bar` with a word. */
  function compares(word: string, options: { async: boolean; requireExclusiveLock: boolean }): VendorMethod {
    return {
      httpMethods: ['POST'],
      attach: false,
      description: `Answers whether the argument "bar" is "${word}".`,
      ...options,
      async run(task, method, args) {
        const bar = args.bar;
        if (bar === undefined || bar === null || bar === '') {
          throw new WroughtError('INVALID_PARAMETER', `vendor method ${method}: argument "bar" is missing`);
        }
        await pause(task);
        return bar === word;
      },
    };
  }

  return {
    name: 'fake',
    // The names are the peer's: clients look for them to see how properties travel.
    properties: { B1: 'First sample property; nothing reads it.', B2: 'Second sample property; nothing reads it.' },
    steps: [
      { ...STEP, kind: 'clean', step: 'log_passthrough', priority: 1, run: logPassthrough },
      { ...STEP, kind: 'service', step: 'log_passthrough', priority: 0, run: logPassthrough },
      {
        ...STEP,
        kind: 'service',
        step: 'trigger_servicewait',
        priority: 0,
        async run(task) {
          await pause(task);
          return 'wait';
        },
      },
    ],
    validate: accept,
    methods: {
      second_method: compares('kazoo', { async: true, requireExclusiveLock: true }),
      third_method_sync: compares('meow', { async: false, requireExclusiveLock: true }),
      fourth_method_shared_lock: compares('woof', { async: true, requireExclusiveLock: false }),
      log_passthrough: {
        httpMethods: ['POST'],
        async: true,
        attach: false,
        description: 'Writes its arguments to the log.',
        requireExclusiveLock: true,
        async run(task, method, args) {
          deps.log.debug({ node: task.node.uuid, argument_names: Object.keys(args) }, `vendor method ${method}`);
          await pause(task);
          return true;
        },
      },
    },
  };
}
