import type { JsonObject } from '../../model/json.ts';
import { BASE_MESSAGES, BASE_REGISTRY, type MessageKey, messageText } from './messages.ts';

interface FaultDetail {
  /** JSON pointers of the members at fault, for example `#/Boot/BootSourceOverrideTarget`. */
  readonly related?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Says more than the standard text; stands in `error.message`. */
  readonly explanation?: string;
}

/** A refusal of the simulated BMC: HTTP status and an error body as DSP0266 section "Error responses" wants it. */
export class RedfishFault extends Error {
  override readonly name = 'RedfishFault';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;

  constructor(status: number, key: MessageKey, args: readonly string[] = [], detail: FaultDetail = {}) {
    const text = messageText(key, args);
    super(detail.explanation ?? text);
    this.status = status;
    this.headers = detail.headers ?? {};
    const info = BASE_MESSAGES[key];
    this.body = {
      error: {
        code: `${BASE_REGISTRY}.${key}`,
        message: detail.explanation ?? text,
        '@Message.ExtendedInfo': [
          {
            '@odata.type': '#Message.v1_1_2.Message',
            MessageId: `${BASE_REGISTRY}.${key}`,
            Message: detail.explanation === undefined ? text : `${text} ${detail.explanation}`,
            MessageArgs: [...args],
            MessageSeverity: info.severity,
            Severity: info.severity,
            Resolution: info.resolution,
            ...(detail.related && { RelatedProperties: [...detail.related] }),
          },
        ],
      },
    };
  }
}

export function notFound(path: string): RedfishFault {
  return new RedfishFault(404, 'ResourceMissingAtURI', [path]);
}
