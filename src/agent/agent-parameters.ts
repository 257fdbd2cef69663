/** What the agent is told by words of the kernel command line; names in the comments. Durations are seconds. */
export interface AgentParameters {
  /** `ipa-api-url`: base URLs without `/v1`, in the order of trying. Empty: no lookup. */
  readonly apiUrls: readonly string[];
  /** `ipa-inspection-callback-url`, or derived from the API when collectors are named. Null: no inspection. */
  readonly inspectionUrl: string | null;
  /** `ipa-inspection-collectors`. */
  readonly collectors: readonly string[];
  /** `ipa-agent-token`: made in advance. */
  readonly token: string | null;
  /** `ipa-global-request-id`. */
  readonly requestId: string | null;
  readonly debug: boolean;
  /** `ipa-insecure`: do not verify TLS of servers. */
  readonly insecure: boolean;
  readonly advertiseHost: string | null;
  readonly lookupTimeout: number;
  readonly lookupInterval: number;
  readonly httpTimeout: number;
  /** `ipa-ironic-api-version`: minor version to assume; null: ask. */
  readonly apiMinor: number | null;
  /** `BOOTIF` as a MAC address. */
  readonly bootMac: string | null;
  readonly downloadTimeout: number;
  readonly downloadRetries: number;
  readonly downloadRetryInterval: number;
  /** 0: no limit. */
  readonly downloadMaxDuration: number;
  readonly ignoreBootloaderFailure: boolean;
}

/** A word that cannot be used; names it and what was found. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

/** Longest command line read, in characters; Linux itself stops at 4096 or less. */
const MAX_LINE = 65_536;

/** Splits a kernel command line: only `key=value` words count, a later one wins. */
export function parseKernelCommandLine(line: string): Record<string, string> {
  const words: Record<string, string> = Object.create(null);
  for (const word of line.slice(0, MAX_LINE).split(/\s+/)) {
    const at = word.indexOf('=');
    if (at > 0) words[word.slice(0, at)] = word.slice(at + 1).replace(/^"(.*)"$/, '$1');
  }
  return words;
}

/** Reads the words that concern the agent. @throws ParameterError. */
export function readAgentParameters(words: Readonly<Record<string, string | undefined>>): AgentParameters {
  const text = (name: string): string | null => words[name]?.trim() || null;
  const apiUrls = urls('ipa-api-url', text('ipa-api-url'));
  const collectors = (text('ipa-inspection-collectors') ?? '').split(',').filter((each) => each !== '');
  const given = urls('ipa-inspection-callback-url', text('ipa-inspection-callback-url'))[0] ?? null;
  const derived = collectors.length > 0 && apiUrls[0] !== undefined ? `${apiUrls[0]}/v1/continue_inspection` : null;
  return {
    apiUrls,
    inspectionUrl: given ?? derived,
    collectors: collectors.length > 0 ? collectors : ['default', 'logs'],
    token: text('ipa-agent-token'),
    requestId: text('ipa-global-request-id'),
    debug: boolean('ipa-debug', text('ipa-debug')),
    insecure: boolean('ipa-insecure', text('ipa-insecure')),
    advertiseHost: text('ipa-advertise-host'),
    lookupTimeout: number('ipa-lookup-timeout', text('ipa-lookup-timeout'), 600),
    lookupInterval: number('ipa-lookup-interval', text('ipa-lookup-interval'), 1),
    httpTimeout: number('ipa-http-request-timeout', text('ipa-http-request-timeout'), 30),
    apiMinor: minor(text('ipa-ironic-api-version')),
    bootMac: bootMac(text('BOOTIF')),
    downloadTimeout: number('ipa-image-download-connection-timeout', text('ipa-image-download-connection-timeout'), 60),
    downloadRetries: number('ipa-image-download-connection-retries', text('ipa-image-download-connection-retries'), 9),
    downloadRetryInterval: number('ipa-image-download-connection-retry-interval', text('ipa-image-download-connection-retry-interval'), 10),
    downloadMaxDuration: number('ipa-image-download-max-duration', text('ipa-image-download-max-duration'), 0),
    ignoreBootloaderFailure: boolean('ipa-ignore-bootloader-failure', text('ipa-ignore-bootloader-failure')),
  };
}

function urls(name: string, text: string | null): string[] {
  if (text === null) return [];
  if (text === 'mdns') throw new ParameterError(`${name}=mdns: this agent does not look for the API by multicast DNS; give its URL`);
  return text.split(',').map((each) => {
    const url = each.trim().replace(/\/+$/, '');
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new ParameterError(`${name}: "${each}" is not an http:// or https:// URL`);
    return url;
  });
}

function boolean(name: string, text: string | null): boolean {
  if (text === null) return false;
  if (/^(1|true|on|yes|t|y)$/i.test(text)) return true;
  if (/^(0|false|off|no|f|n)$/i.test(text)) return false;
  throw new ParameterError(`${name}: "${text}" is neither true nor false`);
}

function number(name: string, text: string | null, preset: number): number {
  if (text === null) return preset;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > 1_000_000)
    throw new ParameterError(`${name}: "${text}" is not a number of seconds or tries`);
  return value;
}

function minor(text: string | null): number | null {
  if (text === null) return null;
  const found = /^1\.(\d{1,4})$/.exec(text);
  if (found === null) throw new ParameterError(`ipa-ironic-api-version: "${text}" is not of the form 1.N`);
  return Number(found[1]);
}

/** `01-aa-bb-cc-dd-ee-ff` or a plain MAC address; null when it is neither. */
function bootMac(text: string | null): string | null {
  const found = /^(?:01[-:])?((?:[0-9a-f]{2}[-:]){5}[0-9a-f]{2})$/i.exec(text ?? '');
  return found?.[1]?.replaceAll('-', ':').toLowerCase() ?? null;
}
