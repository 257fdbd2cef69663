import type { JsonObject } from '../../model/json.ts';
import { BIOS_REGISTRY, biosRegistry } from './bios.ts';
import { BASE_MESSAGES } from './messages.ts';
import { collection, ROOT, resource } from './resource.ts';
import type { Route } from './route.ts';

const REGISTRIES = `${ROOT}/Registries`;
const BASE_ID = 'Base.1.16.0';

function file(id: string, registry: string, title: string): JsonObject {
  return resource(`${REGISTRIES}/${id}`, 'MessageRegistryFile.v1_1_3.MessageRegistryFile', id, title, {
    Description: title,
    Languages: ['en'],
    Registry: registry,
    Location: [{ Language: 'en', Uri: `${REGISTRIES}/${id}/${id}.json` }],
  });
}

function baseRegistry(): JsonObject {
  return {
    '@odata.type': '#MessageRegistry.v1_6_0.MessageRegistry',
    Id: BASE_ID,
    Name: 'Base Message Registry',
    Description: 'Messages the simulated BMC uses',
    Language: 'en',
    OwningEntity: 'DMTF',
    RegistryPrefix: 'Base',
    RegistryVersion: '1.16.0',
    Messages: Object.fromEntries(
      Object.entries(BASE_MESSAGES).map(([key, message]) => [
        key,
        {
          Description: message.text,
          Message: message.text,
          MessageSeverity: message.severity,
          Severity: message.severity,
          NumberOfArgs: message.args,
          ParamTypes: Array.from({ length: message.args }, () => 'string'),
          Resolution: message.resolution,
        },
      ]),
    ),
  };
}

export const registryRoutes: readonly Route[] = [
  {
    path: REGISTRIES,
    get: () =>
      collection(REGISTRIES, 'MessageRegistryFileCollection', 'Registries', [`${REGISTRIES}/${BASE_ID}`, `${REGISTRIES}/${BIOS_REGISTRY}`]),
  },
  { path: `${REGISTRIES}/${BASE_ID}`, get: () => file(BASE_ID, 'Base.1.16', 'Base Message Registry') },
  { path: `${REGISTRIES}/${BASE_ID}/${BASE_ID}.json`, get: baseRegistry },
  { path: `${REGISTRIES}/${BIOS_REGISTRY}`, get: () => file(BIOS_REGISTRY, BIOS_REGISTRY, 'BIOS attribute registry') },
  { path: `${REGISTRIES}/${BIOS_REGISTRY}/${BIOS_REGISTRY}.json`, get: biosRegistry },
];
