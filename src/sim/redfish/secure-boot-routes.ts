import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import { KEY_DATABASES, type KeyDatabase, RESET_KEYS_TYPES } from '../machine/secure-boot.ts';
import { applyPatch, bool, onlyParameters, parameterOf } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, link, ROOT, resource, systemPath } from './resource.ts';
import type { RedfishCall, Route } from './route.ts';

const PATH = `${ROOT}/Systems/:system/SecureBoot`;
const ACTION = 'SecureBoot.ResetKeys';
const DATABASE_ACTION = 'SecureBootDatabase.ResetKeys';

function secureBoot(machine: Machine): JsonObject {
  const path = `${systemPath(machine)}/SecureBoot`;
  return resource(path, 'SecureBoot.v1_1_0.SecureBoot', 'SecureBoot', 'UEFI Secure Boot', {
    SecureBootEnable: machine.secureBoot.enable,
    SecureBootCurrentBoot: machine.secureBoot.current ? 'Enabled' : 'Disabled',
    SecureBootMode: machine.secureBoot.mode,
    SecureBootDatabases: link(`${path}/SecureBootDatabases`),
    Actions: {
      '#SecureBoot.ResetKeys': { target: `${path}/Actions/${ACTION}`, 'ResetKeysType@Redfish.AllowableValues': [...RESET_KEYS_TYPES] },
    },
  });
}

function databaseOf(call: RedfishCall): KeyDatabase {
  const found = KEY_DATABASES.find((name) => name === call.params.database);
  if (!found) throw notFound(call.path);
  return found;
}

function database(machine: Machine, call: RedfishCall): JsonObject {
  const name = databaseOf(call);
  return resource(call.path, 'SecureBootDatabase.v1_0_1.SecureBootDatabase', name, `Secure Boot database ${name}`, {
    DatabaseId: name,
    Oem: { Wrought: { HasKeys: machine.secureBoot.has(name) } },
    Actions: {
      '#SecureBootDatabase.ResetKeys': {
        target: `${call.path}/Actions/${DATABASE_ACTION}`,
        'ResetKeysType@Redfish.AllowableValues': ['ResetAllKeysToDefault', 'DeleteAllKeys'],
      },
    },
  });
}

export const secureBootRoutes: readonly Route[] = [
  {
    path: PATH,
    get: secureBoot,
    patch(machine, call) {
      applyPatch(call.body, secureBoot(machine), {
        SecureBootEnable: (value, pointer) => {
          const enable = bool(value, pointer);
          if (enable && machine.boot.mode !== 'UEFI')
            throw new RedfishFault(400, 'PropertyValueNotInList', ['true', 'SecureBootEnable'], {
              related: [pointer],
              explanation: 'Secure Boot needs boot mode UEFI, the system is set to Legacy.',
            });
          machine.secureBoot.enable = enable;
          machine.log.write('bios', `Secure Boot ${enable ? 'enabled' : 'disabled'} from the next start on`);
        },
      });
      return undefined;
    },
  },
  {
    path: `${PATH}/Actions/${ACTION}`,
    post(machine, call) {
      onlyParameters(call.body, ACTION, ['ResetKeysType']);
      const type = parameterOf(call.body, ACTION, 'ResetKeysType', RESET_KEYS_TYPES);
      machine.secureBoot.resetKeys(type);
      machine.log.write('bios', `Secure Boot keys: ${type}`);
      return undefined;
    },
  },
  {
    path: `${PATH}/SecureBootDatabases`,
    get: (_, call) =>
      collection(
        call.path,
        'SecureBootDatabaseCollection',
        'Secure Boot databases',
        KEY_DATABASES.map((name) => `${call.path}/${name}`),
      ),
  },
  { path: `${PATH}/SecureBootDatabases/:database`, get: database },
  {
    path: `${PATH}/SecureBootDatabases/:database/Actions/${DATABASE_ACTION}`,
    post(machine, call) {
      onlyParameters(call.body, DATABASE_ACTION, ['ResetKeysType']);
      machine.secureBoot.resetKeys(
        parameterOf(call.body, DATABASE_ACTION, 'ResetKeysType', ['ResetAllKeysToDefault', 'DeleteAllKeys']),
        databaseOf(call),
      );
      return undefined;
    },
  },
];
