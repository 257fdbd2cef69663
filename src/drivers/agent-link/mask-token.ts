import { MASK } from '../../model/secret.ts';

/** Takes an agent's token out of a text: the query parameter in any URL, and the token itself wherever it stands. */
export function maskToken(text: string, token: unknown): string {
  const masked = text.replace(/agent_token=[^&\s"']*/g, `agent_token=${MASK}`);
  return typeof token === 'string' && token !== '' ? masked.replaceAll(token, MASK) : masked;
}
