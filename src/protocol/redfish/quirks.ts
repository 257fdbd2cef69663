/**
 * What certain BMCs need, as data. Other oddities are handled where they show themselves in an answer (see the operations); here stand
 * those that must be known beforehand.
 */
export interface Quirks {
  /** Send BootSourceOverrideEnabled even when it does not change. */
  readonly alwaysSendBootEnabled: boolean;
  /** Send target, mode and enabled together every time. */
  readonly sendWholeBoot: boolean;
  /** The BMC falls back to Legacy with every change of the boot device: put the mode back. */
  readonly restoreBootMode: boolean;
  /** Virtual CDs boot under the name UsbCd, where that is among the allowed targets. */
  readonly cdIsUsbCd: boolean;
  /** The service tag stands in SKU, SerialNumber is the board's. */
  readonly serialInSku: boolean;
  /** SecureBootEnable answers 401 or 403 without a licence: read that as unknown. */
  readonly secureBootNeedsLicence: boolean;
}

export interface Identity {
  readonly vendor: string | null;
  readonly model: string | null;
  /** Of the BMC; null while it is not known. */
  readonly firmware: string | null;
}

interface QuirkRule {
  /** Part of the vendor's name, lower case. */
  readonly vendor: string;
  /** Only these models (exact). */
  readonly models?: readonly string[];
  readonly exceptModels?: readonly string[];
  /** Only firmware from this one on, and below that one; compared number by number. A rule with a range needs a known version. */
  readonly fromFirmware?: string;
  readonly belowFirmware?: string;
  readonly quirks: Partial<Quirks>;
}

const NONE: Quirks = {
  alwaysSendBootEnabled: false,
  sendWholeBoot: false,
  restoreBootMode: false,
  cdIsUsbCd: false,
  serialInSku: false,
  secureBootNeedsLicence: false,
};

export const QUIRK_RULES: readonly QuirkRule[] = [
  { vendor: 'supermicro', quirks: { alwaysSendBootEnabled: true, restoreBootMode: true, secureBootNeedsLicence: true } },
  { vendor: 'supermicro', exceptModels: ['ARS-111GL-NHR'], quirks: { cdIsUsbCd: true } },
  { vendor: 'american megatrends', quirks: { sendWholeBoot: true } },
  { vendor: 'ami', quirks: { sendWholeBoot: true } },
  { vendor: 'asrockrack', quirks: { sendWholeBoot: true } },
  { vendor: 'redfish_compatible', quirks: { sendWholeBoot: true } },
  { vendor: 'dell', quirks: { serialInSku: true } },
];

/** The quirks of a machine: those of all rules that fit it. */
export function quirksOf(identity: Identity, rules: readonly QuirkRule[] = QUIRK_RULES): Quirks {
  const fitting = rules.filter((rule) => fits(rule, identity)).map((rule) => rule.quirks);
  return Object.assign({}, NONE, ...fitting);
}

function fits(rule: QuirkRule, { vendor, model, firmware }: Identity): boolean {
  // "ami" must not be found inside other words.
  const words = ` ${(vendor ?? '').toLowerCase().replace(/[^a-z0-9_]+/g, ' ')} `;
  if (!words.includes(` ${rule.vendor} `) && !(rule.vendor.length > 3 && words.includes(rule.vendor))) return false;
  if (rule.models && (model === null || !rule.models.includes(model))) return false;
  if (rule.exceptModels && model !== null && rule.exceptModels.includes(model)) return false;
  if (rule.fromFirmware !== undefined && (firmware === null || compareVersions(firmware, rule.fromFirmware) < 0)) return false;
  if (rule.belowFirmware !== undefined && (firmware === null || compareVersions(firmware, rule.belowFirmware) >= 0)) return false;
  return true;
}

/** Compares the numbers in two version texts, the first ones first; a missing number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = numbersIn(a);
  const right = numbersIn(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersIn(text: string): number[] {
  return (text.match(/\d{1,9}/g) ?? []).slice(0, 16).map(Number);
}
