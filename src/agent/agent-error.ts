import { messageOf } from '../model/errors.ts';

/** `type` names of `command_error` that Wrought's agent uses, with their code; the names are the stock agent's class names. */
const CODES = {
  CommandExecutionError: 500,
  InvalidCommandParamsError: 400,
  ImageDownloadError: 500,
  ImageDownloadTimeoutError: 408,
  ImageDownloadOutofSpaceError: 500,
  ImageChecksumError: 500,
  ImageWriteError: 500,
  InvalidImage: 500,
  DeviceNotFound: 404,
  DeploymentError: 500,
  CleaningError: 500,
  ServicingError: 500,
  BlockDeviceEraseError: 500,
  BlockDeviceError: 500,
  ProtectedDeviceError: 500,
  SoftwareRAIDError: 500,
  VersionMismatch: 409,
  HardwareManagerMethodNotFound: 500,
  RequestedObjectNotFoundError: 404,
} as const;

export type AgentErrorType = keyof typeof CODES;

/** What a command fails with: it becomes the result's `command_error`. The message names the subject, the wish and the finding. */
export class AgentError extends Error {
  readonly type: AgentErrorType;
  readonly code: number;

  constructor(type: AgentErrorType, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AgentError';
    this.type = type;
    this.code = CODES[type];
  }
}

/** The four keys of `command_error`. Anything foreign becomes a CommandExecutionError. */
export function wireError(error: unknown): { type: string; code: number; message: string; details: string } {
  const own = error instanceof AgentError ? error : new AgentError('CommandExecutionError', messageOf(error));
  return { type: own.type, code: own.code, message: `${own.type}: ${own.message}`, details: own.message };
}

/** A refusal before a command starts: an HTTP error without a trace in the command list. */
export class HttpFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpFault';
    this.status = status;
  }
}
