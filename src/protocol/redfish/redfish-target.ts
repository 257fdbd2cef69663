/** Where a BMC is and how to talk to it. Plain values: the password must never be put into a message or a log line. */
export interface RedfishTarget {
  /** Base URL: scheme, host, port, and a path where the service root is not `/redfish/v1/`. */
  readonly address: string;
  /** Path of the ComputerSystem; null means the only one there is. */
  readonly systemId: string | null;
  readonly username: string | null;
  readonly password: string | null;
  /** False: any certificate is taken. True: the platform's CAs. Text: path of a file with CA certificates (PEM). */
  readonly verifyCa: boolean | string;
  readonly authType: 'auto' | 'session' | 'basic';
  readonly tlsMinimumVersion: '1.1' | '1.2' | '1.3' | null;
  /** OpenSSL cipher list. */
  readonly tlsCiphers: string | null;
}
