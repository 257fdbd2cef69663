import type { DeployInterface, DriverStep } from '../driver.ts';

/** A deploy interface whose one step and all whose preparations are `act`. */
export function nothingToDeploy(name: string, act: DeployInterface['prepare']): DeployInterface {
  const deploy: DriverStep = {
    kind: 'deploy',
    step: 'deploy',
    priority: 100,
    argsinfo: null,
    abortable: false,
    requires_ramdisk: false,
    destroysData: false,
    rerun: 'safe',
    deadlineSeconds: 3600,
    stallHint: `The ${name} deployment only pauses; see the [fake] delay options.`,
    async run(task) {
      await act(task);
      return 'done';
    },
  };
  return {
    name,
    properties: {},
    steps: [deploy],
    async validate() {},
    prepare: act,
    cleanUp: act,
    tearDown: act,
    takeOver: act,
    async prepareCleaning() {
      return 'done';
    },
    async tearDownCleaning() {},
    async prepareService() {
      return 'done';
    },
    async tearDownService() {},
  };
}
