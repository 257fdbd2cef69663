import type { OptionGroup } from '../option-table.ts';
import { wroughtOptions } from '../wrought-options.ts';
import { agentOptions } from './agent-options.ts';
import { apiOptions } from './api-options.ts';
import { autoDiscoveryOptions } from './auto-discovery-options.ts';
import { conductorImagesOptions } from './conductor-images-options.ts';
import { conductorOptions } from './conductor-options.ts';
import { conductorStepsOptions } from './conductor-steps-options.ts';
import { databaseOptions } from './database-options.ts';
import { defaultInterfacesOptions } from './default-interfaces-options.ts';
import { defaultOptions } from './default-options.ts';
import { deployOptions } from './deploy-options.ts';
import { diskUtilsOptions } from './disk-utils-options.ts';
import { fakeOptions } from './fake-options.ts';
import { inspectionRulesOptions } from './inspection-rules-options.ts';
import { inspectorOptions } from './inspector-options.ts';
import { inventoryOptions } from './inventory-options.ts';
import { ipmiOptions } from './ipmi-options.ts';
import { jsonRpcOptions } from './json-rpc-options.ts';
import { pxeOptions } from './pxe-options.ts';
import { redfishOptions } from './redfish-options.ts';
import { sensorDataOptions } from './sensor-data-options.ts';

/** Every option that Wrought declares. A group may stand in several tables. */
export const optionGroups: readonly OptionGroup[] = [
  defaultInterfacesOptions,
  defaultOptions,
  apiOptions,
  conductorImagesOptions,
  conductorStepsOptions,
  conductorOptions,
  databaseOptions,
  deployOptions,
  agentOptions,
  redfishOptions,
  inventoryOptions,
  inspectorOptions,
  pxeOptions,
  diskUtilsOptions,
  fakeOptions,
  jsonRpcOptions,
  sensorDataOptions,
  autoDiscoveryOptions,
  inspectionRulesOptions,
  ipmiOptions,
  wroughtOptions,
];
