/** Microversions are `1.N`; inside, only the minor number N travels. */
export const MIN_MINOR = 1;
export const MAX_MINOR = 115;
export const MIN_VERSION = `1.${MIN_MINOR}`;
export const MAX_VERSION = `1.${MAX_MINOR}`;

/** `1.N` for the minor number N. */
export function versionText(minor: number): string {
  return `1.${minor}`;
}

export type Negotiation =
  /** `explicit`: a header asked for it; without one, 1.1 is spoken. */
  | { readonly minor: number; readonly explicit: boolean }
  /** `range`: understood but not served; the answer tells what is. `invalid`: not a version. */
  | { readonly refused: 'range' | 'invalid'; readonly message: string };

/**
 * Chooses the microversion from the two request headers. `OpenStack-API-Version: baremetal 1.N` wins over
 * `X-OpenStack-Ironic-API-Version: 1.N`; within it the last element for this service counts.
 */
export function negotiateVersion(headers: { legacy?: string | undefined; openstack?: string | undefined }): Negotiation {
  const wanted = baremetalElement(headers.openstack ?? '') ?? headers.legacy?.trim() ?? '';
  if (wanted === '') return { minor: MIN_MINOR, explicit: false };
  if (wanted.toLowerCase() === 'latest') return { minor: MAX_MINOR, explicit: true };
  const parsed = /^(-?\d{1,9})\.(\d{1,9})$/.exec(wanted);
  if (!parsed) {
    return {
      refused: 'invalid',
      message: `The version header holds ${JSON.stringify(wanted.slice(0, 100))}, which is not of the form 1.N`,
    };
  }
  const major = Number(parsed[1]);
  const minor = Number(parsed[2]);
  if (major !== 1) {
    return {
      refused: 'range',
      message: `Version ${wanted} and this service exclude each other: it speaks [${MIN_VERSION}, ${MAX_VERSION}]`,
    };
  }
  if (minor < MIN_MINOR || minor > MAX_MINOR) {
    return {
      refused: 'range',
      message: `Version ${wanted} was requested; this service speaks [${MIN_VERSION}, ${MAX_VERSION}]`,
    };
  }
  return { minor, explicit: true };
}

function baremetalElement(header: string): string | undefined {
  let found: string | undefined;
  for (const element of header.split(',')) {
    const [service, version] = element.trim().split(/\s+/);
    if (service?.toLowerCase() === 'baremetal' && version) found = version;
  }
  return found;
}
