import type { Machine } from '../machine/machine.ts';
import { MAX_SESSIONS, type Session, same } from '../machine/session-store.ts';
import { applyPatch, integer, text } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, link, OK, ROOT, redfishTime, resource } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';

const SERVICE = `${ROOT}/SessionService`;
const SESSIONS = `${SERVICE}/Sessions`;

function service(machine: Machine) {
  return resource(SERVICE, 'SessionService.v1_1_8.SessionService', 'SessionService', 'Session Service', {
    ServiceEnabled: true,
    SessionTimeout: machine.sessions.timeoutSeconds,
    Status: OK,
    Sessions: link(SESSIONS),
  });
}

function sessionBody(session: Session) {
  return resource(`${SESSIONS}/${session.id}`, 'Session.v1_5_0.Session', session.id, `Session ${session.id}`, {
    UserName: session.userName,
    CreatedTime: redfishTime(session.createdAt),
    SessionType: 'Redfish',
  });
}

function find(machine: Machine, call: RedfishCall): Session {
  const session = machine.sessions.get(call.params.session ?? '');
  if (!session) throw notFound(call.path);
  return session;
}

function login(machine: Machine, call: RedfishCall): RedfishAnswer {
  for (const name of ['UserName', 'Password'])
    if (call.body[name] === undefined) throw new RedfishFault(400, 'PropertyMissing', [name], { related: [`#/${name}`] });
  const userName = text(call.body.UserName ?? null, '#/UserName');
  const password = text(call.body.Password ?? null, '#/Password');
  if (!credentialsFit(machine, userName, password)) throw new RedfishFault(401, 'NoValidSession');
  const session = machine.sessions.open(userName);
  if (!session)
    throw new RedfishFault(503, 'SessionLimitExceeded', [], {
      headers: { 'Retry-After': '30' },
      explanation: `All ${MAX_SESSIONS} sessions are in use.`,
    });
  return {
    status: 201,
    headers: { 'X-Auth-Token': session.token, Location: `${SESSIONS}/${session.id}` },
    body: sessionBody(session),
  };
}

/** User name and password are those of the machine's account, and no fault says otherwise. */
export function credentialsFit(machine: Machine, userName: string, password: string): boolean {
  const fits = same(userName, machine.plan.credentials.username) && same(password, machine.account.password);
  return fits && machine.faults.strike('bmc-credentials', `log in as ${userName}`) === undefined;
}

export const sessionRoutes: readonly Route[] = [
  {
    path: SERVICE,
    get: service,
    patch(machine, call) {
      applyPatch(call.body, service(machine), {
        SessionTimeout: (value, pointer) => {
          machine.sessions.timeoutSeconds = integer(value, 30, 86_400, pointer);
        },
      });
      return undefined;
    },
  },
  {
    path: SESSIONS,
    open: ['POST'],
    get: (machine) =>
      collection(
        SESSIONS,
        'SessionCollection',
        'Sessions',
        machine.sessions.list().map(({ id }) => `${SESSIONS}/${id}`),
      ),
    post: login,
  },
  {
    path: `${SESSIONS}/:session`,
    get: (machine, call) => sessionBody(find(machine, call)),
    delete(machine, call) {
      machine.sessions.close(find(machine, call).id);
      return undefined;
    },
  },
];
