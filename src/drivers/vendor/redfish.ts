import { WroughtError } from '../../model/errors.ts';
import type { MediaType } from '../../protocol/redfish/operations/virtual-media.ts';
import type { VendorInterface } from '../driver.ts';
import { parseRedfishInfo } from '../redfish/parse-redfish-info.ts';
import { REDFISH_PROPERTIES } from '../redfish/redfish-properties.ts';
import { type BmcDeps, withBmc } from '../redfish/with-bmc.ts';

const MEDIA: Readonly<Record<string, readonly MediaType[]>> = { cdrom: ['CD', 'DVD'], floppy: ['Floppy'], disk: ['USBStick'] };

/** Vendor methods over Redfish. */
export function createRedfishVendor(deps: BmcDeps): VendorInterface {
  return {
    name: 'redfish',
    properties: REDFISH_PROPERTIES,
    steps: [],
    async validate(task) {
      parseRedfishInfo(task.node, deps.config);
    },
    methods: {
      eject_vmedia: {
        httpMethods: ['POST'],
        async: true,
        attach: false,
        description: 'Takes media out of the virtual drives: out of all, or of those for "boot_device" (cdrom, floppy, disk).',
        requireExclusiveLock: true,
        async run(task, method, args) {
          const device = args.boot_device;
          const types = typeof device === 'string' && Object.hasOwn(MEDIA, device) ? MEDIA[device] : undefined;
          if (device !== undefined && device !== null && types === undefined) {
            throw new WroughtError(
              'INVALID_PARAMETER',
              `vendor method ${method}: boot_device must be one of ${Object.keys(MEDIA).join(', ')}`,
            );
          }
          await withBmc(deps, task, 'eject virtual media', (bmc, options) => bmc.ejectVirtualMedia(types, options));
          return null;
        },
      },
    },
  };
}
