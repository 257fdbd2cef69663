import { type Reader, read } from './reader.ts';

/** The error object of DSP0266 section 8.6, as far as it helps. */
export interface ExtendedInfo {
  readonly code: string | null;
  /** The message that matters most: first critical, else first warning, else the summary. */
  readonly message: string | null;
  readonly messageIds: readonly string[];
  /** All messages in one text, for recognising a BMC's own words. */
  readonly text: string;
  readonly relatedProperties: readonly string[];
}

const MAX_MESSAGE = 500;

/** Reads an error body; null when it is none. Never throws. */
export function parseExtendedInfo(body: unknown): ExtendedInfo | null {
  const error = read(body).object('error');
  const listed = error.objects('@Message.ExtendedInfo');
  // Some BMCs give one object instead of a list.
  const single = error.has('@Message.ExtendedInfo') && listed.length === 0 ? [error.object('@Message.ExtendedInfo')] : [];
  const entries = [...listed, ...single].slice(0, 32);
  const code = error.text('code');
  const summary = error.text('message');
  const messages = entries.flatMap((entry) => entry.text('Message') ?? []);
  if (code === null && summary === null && entries.length === 0) return null;
  const chosen = bySeverity(entries, 'Critical') ?? bySeverity(entries, 'Warning') ?? summary ?? messages[0] ?? null;
  return {
    code,
    message: chosen === null ? null : clean(chosen),
    messageIds: entries.flatMap((entry) => entry.text('MessageId') ?? []).map((id) => clean(id)),
    text: clean([code, summary, ...messages].filter((part) => part !== null).join(' '), 4 * MAX_MESSAGE),
    relatedProperties: entries.flatMap((entry) => entry.texts('RelatedProperties') ?? []).slice(0, 32),
  };
}

function bySeverity(entries: readonly Reader[], severity: string): string | null {
  for (const entry of entries) {
    if ((entry.text('MessageSeverity') ?? entry.text('Severity')) === severity) {
      const message = entry.text('Message');
      if (message !== null) return message;
    }
  }
  return null;
}

/** One printable line: control characters of a BMC must not reach logs. */
function clean(text: string, limit = MAX_MESSAGE): string {
  return text
    .slice(0, limit)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}

/** True when a message identifier ends in the key, whatever registry and version it names. */
export function hasMessage(info: ExtendedInfo | null, key: string): boolean {
  if (info === null) return false;
  return [info.code ?? '', ...info.messageIds].some((id) => id === key || id.endsWith(`.${key}`));
}
