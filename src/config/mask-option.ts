import type { Option } from './option-table.ts';
import type { OptionValue } from './parse-value.ts';

/** The value as it may be shown: secrets give way to a mask, a secret URL keeps all but its password. */
export function maskOption(option: Option, value: OptionValue): OptionValue {
  if (option.secret && value !== null) {
    const text = String(value);
    return /^[a-z][a-z0-9+.-]*:/i.test(text) ? maskUrl(text) : '******';
  }
  return typeof value === 'string' ? maskUrl(value) : value;
}

/** Masks the password of `scheme://user:password@host` and the value of a `password` parameter. */
export function maskUrl(text: string): string {
  return text.replace(/(:\/\/[^/?#:@\s]*:)[^/?#\s]*@/g, '$1******@').replace(/([?&]password=)[^&\s]*/gi, '$1******');
}
