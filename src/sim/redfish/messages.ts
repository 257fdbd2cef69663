/** A message of a registry: its text with `%1`…, severity and what to do. */
export interface RegistryMessage {
  readonly text: string;
  readonly severity: 'OK' | 'Warning' | 'Critical';
  readonly resolution: string;
  readonly args: number;
}

/** The messages of the standard Base registry that the simulated BMC uses. */
export const BASE_MESSAGES = {
  Success: { text: 'The request completed successfully.', severity: 'OK', resolution: 'None.', args: 0 },
  GeneralError: {
    text: 'A general error has occurred.  See Resolution for information on how to resolve the error.',
    severity: 'Critical',
    resolution: 'Look at the console of the simulated machine.',
    args: 0,
  },
  MalformedJSON: {
    text: 'The request body submitted was malformed JSON and could not be parsed by the receiving service.',
    severity: 'Critical',
    resolution: 'Send a JSON object.',
    args: 0,
  },
  NoValidSession: {
    text: 'There is no valid session established with the implementation.',
    severity: 'Critical',
    resolution: 'Log in first.',
    args: 0,
  },
  SessionLimitExceeded: {
    text: 'The session establishment failed due to the number of simultaneous sessions exceeding the limit of the implementation.',
    severity: 'Critical',
    resolution: 'Close other sessions.',
    args: 0,
  },
  ResourceMissingAtURI: {
    text: "The resource at the URI '%1' was not found.",
    severity: 'Critical',
    resolution: 'Correct the URI.',
    args: 1,
  },
  OperationNotAllowed: {
    text: 'The HTTP method is not allowed on this resource.',
    severity: 'Critical',
    resolution: 'Use a method of the Allow header.',
    args: 0,
  },
  PropertyUnknown: {
    text: 'The property %1 is not in the list of valid properties for the resource.',
    severity: 'Warning',
    resolution: 'Leave the property out.',
    args: 1,
  },
  PropertyNotWritable: {
    text: 'The property %1 is a read only property and cannot be assigned a value.',
    severity: 'Warning',
    resolution: 'Leave the property out.',
    args: 1,
  },
  PropertyMissing: {
    text: 'The property %1 is a required property and must be included in the request.',
    severity: 'Warning',
    resolution: 'Add the property.',
    args: 1,
  },
  PropertyValueNotInList: {
    text: 'The value %1 for the property %2 is not in the list of acceptable values.',
    severity: 'Warning',
    resolution: 'Choose a value of the list.',
    args: 2,
  },
  PropertyValueTypeError: {
    text: 'The value %1 for the property %2 is of a different type than the property can accept.',
    severity: 'Warning',
    resolution: 'Send a value of the right type.',
    args: 2,
  },
  PropertyValueOutOfRange: {
    text: 'The value %1 for the property %2 is not in the supported range of acceptable values.',
    severity: 'Warning',
    resolution: 'Send a value within the range.',
    args: 2,
  },
  ActionParameterMissing: {
    text: 'The action %1 requires the parameter %2 to be present in the request body.',
    severity: 'Critical',
    resolution: 'Add the parameter.',
    args: 2,
  },
  ActionParameterNotSupported: {
    text: 'The parameter %1 for the action %2 is not supported on the target resource.',
    severity: 'Warning',
    resolution: 'Leave the parameter out.',
    args: 2,
  },
  ActionParameterValueNotInList: {
    text: 'The value %1 for the parameter %2 in the action %3 is not in the list of acceptable values.',
    severity: 'Warning',
    resolution: 'Choose a value of the list.',
    args: 3,
  },
  ActionParameterValueTypeError: {
    text: 'The value %1 for the parameter %2 in the action %3 is of a different type than the parameter can accept.',
    severity: 'Warning',
    resolution: 'Send a value of the right type.',
    args: 3,
  },
  ActionParameterValueError: {
    text: 'The value for the parameter %1 in the action %2 is invalid.',
    severity: 'Critical',
    resolution: 'Send a value the service can use.',
    args: 2,
  },
  ResourceInUse: {
    text: 'The change to the requested resource failed because the resource is in use or in transit.',
    severity: 'Warning',
    resolution: 'Free the resource and try again.',
    args: 0,
  },
  PreconditionFailed: {
    text: 'The ETag supplied did not match the current ETag of the resource.',
    severity: 'Critical',
    resolution: 'Read the resource again.',
    args: 0,
  },
  QueryNotSupported: {
    text: 'Querying is not supported by the implementation.',
    severity: 'Warning',
    resolution: 'Leave the query out.',
    args: 0,
  },
  QueryParameterValueFormatError: {
    text: 'The value %1 for the parameter %2 is of a different format than the parameter can accept.',
    severity: 'Warning',
    resolution: 'Correct the query.',
    args: 2,
  },
  ServiceTemporarilyUnavailable: {
    text: 'The service is temporarily unavailable.  Retry in %1 seconds.',
    severity: 'Critical',
    resolution: 'Wait for the time of the Retry-After header.',
    args: 1,
  },
} as const satisfies Record<string, RegistryMessage>;

export type MessageKey = keyof typeof BASE_MESSAGES;

/** The registry's name and version, the prefix of every message id. */
export const BASE_REGISTRY = 'Base.1.16';

/** The text with its arguments put in. */
export function messageText(key: MessageKey, args: readonly string[]): string {
  return BASE_MESSAGES[key].text.replace(/%(\d)/g, (_, digit: string) => args[Number(digit) - 1] ?? '');
}
