/** How errors travel: catalogue errors whole, anything else as INTERNAL without its innards. */
import { ERRORS, type ErrorCode, WroughtError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';

/** Codes of JSON-RPC 2.0; the last is for errors of the catalogue. */
export const RPC_CODES = { parse: -32700, request: -32600, method: -32601, params: -32602, internal: -32603, catalogue: -32000 } as const;

/** The `error` member of an answer. */
export function rpcErrorOf(error: WroughtError): JsonObject {
  const { code, status, message, hint } = error;
  return { code: RPC_CODES.catalogue, message, data: { code, status, message, hint } };
}

/** The error that an answer tells of. @param host who answered, for the message of what is no catalogue error. */
export function errorFromRpc(value: unknown, host: string): WroughtError {
  const error = isJsonObject(value) ? value : {};
  const data = isJsonObject(error.data) ? error.data : {};
  const { code, status, message } = data;
  if (typeof code === 'string' && isErrorCode(code) && typeof message === 'string' && message !== '') {
    const fits = typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599;
    return new WroughtError(code, message, fits ? { status } : {});
  }
  const said = typeof error.message === 'string' ? error.message : 'an error without a message';
  return new WroughtError('INTERNAL', `Conductor ${host} could not carry out the call: ${said}`);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
