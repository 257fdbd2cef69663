import { checkKernelCommandLine, checkKernelWord, oneLine } from '../../boot/kernel-command-line.ts';
import type { Config } from '../../config/config.ts';
import type { Node } from '../../model/node.ts';
import type { Port } from '../../model/port.ts';
import type { RamdiskParams } from '../driver.ts';

/** `kernel_append_params` of instance, node or configuration, checked. @throws INVALID_PARAMETER. */
export function appendedParams(node: Node, config: Config): string {
  const configured = config.string('redfish', 'kernel_append_params');
  const given = [node.instance_info.kernel_append_params, node.driver_info.kernel_append_params].find((each) => typeof each === 'string');
  const line = oneLine(typeof given === 'string' ? given.replaceAll('%default%', configured) : configured);
  if (!config.boolean('conductor', 'disable_kernel_parameter_parsing'))
    checkKernelCommandLine(`Node ${node.uuid}: kernel_append_params`, line);
  return line;
}

/**
 * The whole command line of a disc: what the operator appends, the disc's id, then the ramdisk's parameters.
 *
 * @throws INVALID_PARAMETER for a parameter that would not survive as one word.
 */
export function commandLine(node: Node, config: Config, publisher: string, params: RamdiskParams): string {
  const words = Object.entries(params).map(([key, value]) => (value === null ? key : `${key}=${oneLine(value)}`));
  if (!config.boolean('conductor', 'disable_kernel_parameter_parsing'))
    for (const word of words) checkKernelWord(`Node ${node.uuid}: ramdisk parameters`, word);
  const own = [`ir_pub_id=${publisher}`, ...words].join(' ');
  return [appendedParams(node, config), own].filter((part) => part !== '').join(' ');
}

/** Parameters that virtual media add to those of the caller. */
export function withMediaParams(
  given: RamdiskParams,
  facts: { config: Config; ports: readonly Port[]; token: string; requestId?: string | null },
): RamdiskParams {
  const { config } = facts;
  const params: Record<string, string | null> = { ...given, 'ipa-agent-token': facts.token };
  const mac = bootMac(facts.ports);
  if (mac !== null) params.BOOTIF = mac;
  if (config.string('wrought', 'log_level') === 'debug' && !('ipa-debug' in params)) params['ipa-debug'] = '1';
  params.boot_method = 'vmedia';
  return withCallback(params, config.optionalString('deploy', 'external_callback_url'));
}

const INSPECTION_PATH = '/v1/continue_inspection';

/** `[deploy]external_callback_url` stands in for the API wherever the machine is told its address. */
function withCallback(params: Record<string, string | null>, external: string | null): RamdiskParams {
  if (external === null) return params;
  const base = external.replace(/\/+$/, '');
  const inspection = params['ipa-inspection-callback-url'];
  return {
    ...params,
    ...('ipa-api-url' in params ? { 'ipa-api-url': base } : {}),
    ...(inspection?.endsWith(INSPECTION_PATH) ? { 'ipa-inspection-callback-url': base + INSPECTION_PATH } : {}),
  };
}

/** Keys under which network interfaces keep a virtual interface, temporary ones first. */
const VIF_KEYS = [
  'provisioning_vif_port_id',
  'cleaning_vif_port_id',
  'inspection_vif_port_id',
  'rescuing_vif_port_id',
  'servicing_vif_port_id',
  'tenant_vif_port_id',
];

/** MAC address of the first port with a virtual interface; ports meant for network boot come first. */
function bootMac(ports: readonly Port[]): string | null {
  const attached = ports.filter(
    (port) => VIF_KEYS.some((key) => typeof port.internal_info[key] === 'string') || typeof port.extra.vif_port_id === 'string',
  );
  return (attached.find((port) => port.pxe_enabled) ?? attached[0])?.address ?? null;
}
