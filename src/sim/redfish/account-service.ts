import type { Machine } from '../machine/machine.ts';
import { applyPatch, text } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, link, OK, ROOT, resource } from './resource.ts';
import type { RedfishCall, Route } from './route.ts';

const SERVICE = `${ROOT}/AccountService`;
const ACCOUNT = `${SERVICE}/Accounts/1`;
const ROLE = `${SERVICE}/Roles/Administrator`;
const MIN_PASSWORD = 8;

function account(machine: Machine, call: RedfishCall) {
  if (call.params.account !== '1') throw notFound(call.path);
  return resource(ACCOUNT, 'ManagerAccount.v1_10_0.ManagerAccount', '1', 'Administrator account', {
    UserName: machine.plan.credentials.username,
    Password: null,
    RoleId: 'Administrator',
    Enabled: true,
    Locked: false,
    AccountTypes: ['Redfish'],
    Links: { Role: link(ROLE) },
  });
}

/** The one account of a simulated BMC. Its password can be changed; sessions stay valid. */
export const accountRoutes: readonly Route[] = [
  {
    path: SERVICE,
    get: () =>
      resource(SERVICE, 'AccountService.v1_13_0.AccountService', 'AccountService', 'Account Service', {
        ServiceEnabled: true,
        Status: OK,
        MinPasswordLength: MIN_PASSWORD,
        MaxPasswordLength: 255,
        Accounts: link(`${SERVICE}/Accounts`),
        Roles: link(`${SERVICE}/Roles`),
      }),
  },
  { path: `${SERVICE}/Accounts`, get: () => collection(`${SERVICE}/Accounts`, 'ManagerAccountCollection', 'Accounts', [ACCOUNT]) },
  {
    path: `${SERVICE}/Accounts/:account`,
    get: account,
    patch(machine, call) {
      applyPatch(call.body, account(machine, call), {
        Password: (value, pointer) => {
          const password = text(value, pointer);
          if (password.length < MIN_PASSWORD)
            throw new RedfishFault(400, 'PropertyValueOutOfRange', ['********', 'Password'], { related: [pointer] });
          machine.account.password = password;
          machine.log.write('bmc', 'password of the administrator account changed');
        },
      });
      return undefined;
    },
  },
  { path: `${SERVICE}/Roles`, get: () => collection(`${SERVICE}/Roles`, 'RoleCollection', 'Roles', [ROLE]) },
  {
    path: ROLE,
    get: () =>
      resource(ROLE, 'Role.v1_3_1.Role', 'Administrator', 'Administrator', {
        RoleId: 'Administrator',
        IsPredefined: true,
        AssignedPrivileges: ['Login', 'ConfigureManager', 'ConfigureUsers', 'ConfigureComponents', 'ConfigureSelf'],
      }),
  },
];
