import { isJsonObject, type JsonObject } from '../../model/json.ts';

/** A command as an agent tells of it; the stock agent's and ours. */
export interface AgentCommand {
  readonly id: string;
  /** Short name, without the extension: `prepare_image`. */
  readonly name: string;
  readonly status: 'running' | 'succeeded' | 'failed' | 'version_mismatch' | 'unknown';
  /** Text for people; null unless the command failed. */
  readonly error: string | null;
  /** Class name of the agent's error, for example `ImageChecksumError`. */
  readonly errorType: string | null;
  readonly result: JsonObject | null;
  /** Only Wrought's own agent tells it. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}

/** Longest error text taken over from an agent, in characters. */
const MAX_TEXT = 16_384;

const STATUS: Readonly<Record<string, AgentCommand['status']>> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CLEAN_VERSION_MISMATCH: 'version_mismatch',
  VERSION_MISMATCH: 'version_mismatch',
};

/**
 * Reads one result document. Undefined when it is none: no object, or without `command_name` or `command_status`. Synchronous commands
 * that failed carry the full command name at the stock agent, so the extension is cut off.
 */
export function parseAgentCommand(value: unknown): AgentCommand | undefined {
  if (!isJsonObject(value)) return undefined;
  const { id, command_name, command_status, command_error, command_result, progress } = value;
  if (typeof command_name !== 'string' || typeof command_status !== 'string') return undefined;
  return {
    id: typeof id === 'string' ? id : '',
    name: command_name.slice(command_name.lastIndexOf('.') + 1),
    status: STATUS[command_status] ?? 'unknown',
    error: errorText(command_error),
    errorType: isJsonObject(command_error) && typeof command_error.type === 'string' ? command_error.type : null,
    result: isJsonObject(command_result) ? command_result : null,
    progress: parseProgress(progress),
  };
}

/** Reads the answer of `GET /v1/commands/`: `{"commands": [...]}`, oldest first. Undefined when it is not that. */
export function parseAgentCommands(value: unknown): AgentCommand[] | undefined {
  if (!isJsonObject(value) || !Array.isArray(value.commands)) return undefined;
  const commands: AgentCommand[] = [];
  for (const each of value.commands) {
    const command = parseAgentCommand(each);
    if (command === undefined) return undefined;
    commands.push(command);
  }
  return commands;
}

/** The text of an error answer: `faultstring`, else the body's beginning. */
export function faultText(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isJsonObject(parsed) && typeof parsed.faultstring === 'string') return parsed.faultstring.slice(0, MAX_TEXT);
  } catch {
    // Not JSON: the text itself is all there is.
  }
  return body.slice(0, 500);
}

/** The peer's order: details, else message, else the whole object; a plain text stands as it is. */
function errorText(error: unknown): string | null {
  if (error === null || error === undefined) return null;
  if (typeof error === 'string') return error.slice(0, MAX_TEXT);
  if (isJsonObject(error)) {
    for (const text of [error.details, error.message]) {
      if (typeof text === 'string' && text !== '') return text.slice(0, MAX_TEXT);
    }
  }
  return JSON.stringify(error).slice(0, MAX_TEXT);
}

function parseProgress(value: unknown): AgentCommand['progress'] {
  if (!isJsonObject(value)) return null;
  const { done, total } = value;
  if (typeof done !== 'number' || typeof total !== 'number') return null;
  return Number.isFinite(done) && Number.isFinite(total) && done >= 0 && total >= 0 ? { done, total } : null;
}
