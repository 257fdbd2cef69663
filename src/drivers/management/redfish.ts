import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { BootMode } from '../../model/node.ts';
import { quirksOf } from '../../protocol/redfish/quirks.ts';
import type { ManagementInterface } from '../driver.ts';
import { bootDeviceOf, bootModeOf, REDFISH_BOOT_DEVICES, redfishModeOf, redfishTargetOf } from '../redfish/boot-device-map.ts';
import { parseRedfishInfo } from '../redfish/parse-redfish-info.ts';
import { REDFISH_PROPERTIES } from '../redfish/redfish-properties.ts';
import { rebootUntil } from '../redfish/wait-for-setting.ts';
import { type BmcDeps, findingBehind, withBmc } from '../redfish/with-bmc.ts';
import { unsupported } from '../unsupported.ts';
import { setRedfishBootDevice } from './set-redfish-boot-device.ts';

const MODES: readonly BootMode[] = ['bios', 'uefi'];

/** Management over Redfish. */
export function createRedfishManagement(deps: BmcDeps & { clock: Clock }): ManagementInterface {
  const { clock, config } = deps;
  const system = (task: Parameters<ManagementInterface['validate']>[0], wish: string) =>
    withBmc(deps, task, wish, (bmc, options) => bmc.getSystem(options));
  /** For questions that come in a row, such as those of the power loop. */
  const recent = (task: Parameters<ManagementInterface['validate']>[0], wish: string) =>
    withBmc(deps, task, wish, (bmc, options) => bmc.getRecentSystem(options));
  const timeoutSeconds = (): number => config.integer('redfish', 'boot_mode_config_timeout');

  return {
    name: 'redfish',
    properties: REDFISH_PROPERTIES,
    steps: [],
    async validate(task) {
      parseRedfishInfo(task.node, config);
    },
    async supportedBootDevices(task) {
      const { boot } = await recent(task, 'list boot devices');
      const allowed = boot.allowedTargets;
      if (allowed === null) return REDFISH_BOOT_DEVICES;
      return REDFISH_BOOT_DEVICES.filter(
        (device) => allowed.includes(redfishTargetOf(device) ?? '') || (device === 'cdrom' && allowed.includes('UsbCd')),
      );
    },
    async getBootDevice(task) {
      const { boot } = await system(task, 'read boot device');
      const persistent = boot.enabled === null || boot.enabled === 'Disabled' ? null : boot.enabled === 'Continuous';
      return { boot_device: bootDeviceOf(boot.target), persistent };
    },
    setBootDevice: (task, device, persistent) => setRedfishBootDevice(deps, task, device, persistent),
    async supportedBootModes(task) {
      const { boot } = await recent(task, 'list boot modes');
      const allowed = boot.allowedModes;
      return allowed === null ? MODES : MODES.filter((mode) => allowed.includes(redfishModeOf(mode)));
    },
    async getBootMode(task) {
      return bootModeOf((await recent(task, 'read boot mode')).boot.mode);
    },
    async setBootMode(task, mode) {
      const wish = `boot mode ${mode}`;
      const before = (await system(task, wish)).boot.mode;
      try {
        await withBmc(deps, task, wish, (bmc, options) => bmc.setBootMode(redfishModeOf(mode), options));
      } catch (error) {
        const finding = findingBehind(error);
        const refusedBlindly = before === null && finding !== null && ['refused', 'conflict', 'unsupported'].includes(finding.kind);
        throw refusedBlindly ? unsupported(task, 'set_boot_mode') : error;
      }
      // A BMC that does not show the mode cannot be asked whether it was taken over.
      if (before === null) return;
      await rebootUntil(
        { clock, task, wish, timeoutSeconds: timeoutSeconds() },
        async () => (await system(task, wish)).boot.mode === redfishModeOf(mode),
      );
    },
    async getSecureBoot(task) {
      try {
        return (await withBmc(deps, task, 'read secure boot', (bmc, options) => bmc.getSecureBoot(options))).enabled;
      } catch (error) {
        if (findingBehind(error)?.kind !== 'access-denied') throw error;
        const { manufacturer, model } = await system(task, 'read secure boot');
        if (!quirksOf({ vendor: manufacturer, model, firmware: null }).secureBootNeedsLicence) throw error;
        return null;
      }
    },
    async setSecureBoot(task, on) {
      const wish = `secure boot ${on ? 'on' : 'off'}`;
      if ((await system(task, wish)).boot.mode === 'Legacy') {
        throw new WroughtError(
          'INVALID_PARAMETER',
          `node ${task.node.name ?? task.node.uuid}: ${wish}: the boot mode is bios; secure boot needs uefi`,
        );
      }
      await withBmc(deps, task, wish, (bmc, options) => bmc.setSecureBoot(on, options));
      await rebootUntil(
        { clock, task, wish, timeoutSeconds: timeoutSeconds() },
        async () => (await withBmc(deps, task, wish, (bmc, options) => bmc.getSecureBoot(options))).enabled === on,
      );
    },
    async injectNmi(task) {
      await withBmc(deps, task, 'inject NMI', (bmc, options) => bmc.reset('Nmi', options));
    },
    async detectVendor(task) {
      const root = await withBmc(deps, task, 'detect vendor', (bmc, options) => bmc.getServiceRoot(options));
      return root.vendor ?? (await recent(task, 'detect vendor')).manufacturer;
    },
    async getHealth(task) {
      return (await recent(task, 'read health')).status.health;
    },
    async getMacAddresses(task) {
      const found = await withBmc(deps, task, 'list MAC addresses', (bmc, options) => bmc.getEthernetInterfaces(options));
      if (found === null) task.log.warn({ node: task.node.uuid }, 'the BMC lists no network interfaces');
      return (found ?? []).flatMap(({ status, macAddress }) => {
        const usable = (status.health ?? 'OK') === 'OK' && (status.state ?? 'Enabled') === 'Enabled';
        return usable && macAddress !== null ? [macAddress.toLowerCase()] : [];
      });
    },
  };
}
