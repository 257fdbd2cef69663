/** A configuration that cannot be used; the message names where, which option, what was expected and what was found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
