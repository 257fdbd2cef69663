import { hostname, networkInterfaces, tmpdir } from 'node:os';

/** Defaults that are found on the machine, not written in a table: `group.name` to value. */
export const computedDefaults: Readonly<Record<string, () => string>> = {
  'DEFAULT.host': hostname,
  'DEFAULT.my_ip': ownAddress,
  'DEFAULT.tempdir': tmpdir,
};

/** The first IPv4 address that other machines may reach; loopback when there is none. */
function ownAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find((address) => address.family === 'IPv4' && !address.internal);
    if (found !== undefined) return found.address;
  }
  return '127.0.0.1';
}
