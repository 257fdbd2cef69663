import { isJsonObject } from '../../../model/json.ts';
import type { BootDevice } from '../../../model/node.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { argumentsRoute, documentRoute, route } from '../../http/define-route.ts';
import { asBadRequest, invalid } from '../../http/error-replies.ts';
import { accepted, done, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { nodeOfPath } from './resolve-node.ts';

const BOOT_DEVICES: readonly BootDevice[] = ['pxe', 'disk', 'cdrom', 'bios', 'safe', 'wanboot', 'iscsiboot', 'floppy', 'uefihttp'];
const NMI_SINCE = 29;

/** Maintenance, validation, boot device and NMI of a node. */
export function managementRoutes({ store, conductor }: ApiDependencies): Route[] {
  return [
    argumentsRoute({
      method: 'PUT',
      path: '/nodes/{node}/maintenance',
      arguments: { reason: { type: 'string' } },
      async handle(request, { reason }) {
        const node = await nodeOfPath(store, request);
        await asBadRequest(['NO_VALID_HOST'], () => conductor.setMaintenance(request.context, node.uuid, true, reason ?? null));
        return accepted();
      },
    }),
    route({
      method: 'DELETE',
      path: '/nodes/{node}/maintenance',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        await asBadRequest(['NO_VALID_HOST'], () => conductor.setMaintenance(request.context, node.uuid, false, null));
        return accepted();
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/validate',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        return okJson(await conductor.validate(request.context, node.uuid));
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/management/boot_device',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        const { boot_device, persistent } = await conductor.getBootDevice(request.context, node.uuid);
        return okJson({ boot_device, persistent });
      },
    }),
    argumentsRoute({
      method: 'PUT',
      path: '/nodes/{node}/management/boot_device',
      arguments: { boot_device: { type: 'string', required: true }, persistent: { type: 'boolean' } },
      async handle(request, { boot_device, persistent }) {
        const node = await nodeOfPath(store, request);
        const device = BOOT_DEVICES.find((each) => each === boot_device);
        if (!device)
          throw invalid(`boot_device must be one of ${BOOT_DEVICES.join(', ')}, not ${JSON.stringify(boot_device.slice(0, 100))}`);
        await conductor.setBootDevice(request.context, node.uuid, device, persistent ?? false);
        return done();
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/management/boot_device/supported',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        return okJson({ supported_boot_devices: await conductor.supportedBootDevices(request.context, node.uuid) });
      },
    }),
    documentRoute({
      method: 'PUT',
      path: '/nodes/{node}/management/inject_nmi',
      since: NMI_SINCE,
      async handle(request, body) {
        if (!isJsonObject(body) || Object.keys(body).length > 0) throw invalid('The body of inject_nmi must be empty');
        const node = await nodeOfPath(store, request);
        await conductor.injectNmi(request.context, node.uuid);
        return done();
      },
    }),
  ];
}
