/**
 * The provision state machine as data: states, transitions, verbs and the sets of states that rules speak of. Nothing else in the
 * program knows which state may follow which.
 */
export const PROVISION_STATES = [
  'enroll',
  'manageable',
  'available',
  'active',
  'error',
  'rescue',
  'verifying',
  'deploying',
  'wait call-back',
  'deploy failed',
  'deploy hold',
  'cleaning',
  'clean wait',
  'clean failed',
  'clean hold',
  'deleting',
  'inspecting',
  'inspect failed',
  'inspect wait',
  'adopting',
  'adopt failed',
  'rescuing',
  'rescue wait',
  'rescue failed',
  'unrescuing',
  'unrescue failed',
  'servicing',
  'service wait',
  'service failed',
  'service hold',
] as const;

export type ProvisionState = (typeof PROVISION_STATES)[number];

/**
 * `stable`: nothing is going on. `transient`: a conductor is acting. `wait`: an agent, a person or a device is awaited. `fail`: stopped
 * with an error.
 */
export type StateKind = 'stable' | 'transient' | 'wait' | 'fail';

export interface StateInfo {
  readonly kind: StateKind;
  /** Paused by a hold step: no deadline runs. */
  readonly hold: boolean;
  /** `[conductor]` option with the seconds of silence after which the `fail` event is due; null where nothing is awaited. */
  readonly timeoutOption: string | null;
}

export const STATE_INFO: Readonly<Record<ProvisionState, StateInfo>> = {
  enroll: { kind: 'stable', hold: false, timeoutOption: null },
  manageable: { kind: 'stable', hold: false, timeoutOption: null },
  available: { kind: 'stable', hold: false, timeoutOption: null },
  active: { kind: 'stable', hold: false, timeoutOption: null },
  error: { kind: 'stable', hold: false, timeoutOption: null },
  rescue: { kind: 'stable', hold: false, timeoutOption: null },
  verifying: { kind: 'transient', hold: false, timeoutOption: null },
  deploying: { kind: 'transient', hold: false, timeoutOption: null },
  'wait call-back': { kind: 'wait', hold: false, timeoutOption: 'deploy_callback_timeout' },
  'deploy failed': { kind: 'fail', hold: false, timeoutOption: null },
  'deploy hold': { kind: 'wait', hold: true, timeoutOption: null },
  cleaning: { kind: 'transient', hold: false, timeoutOption: null },
  'clean wait': { kind: 'wait', hold: false, timeoutOption: 'clean_callback_timeout' },
  'clean failed': { kind: 'fail', hold: false, timeoutOption: null },
  'clean hold': { kind: 'wait', hold: true, timeoutOption: null },
  deleting: { kind: 'transient', hold: false, timeoutOption: null },
  inspecting: { kind: 'transient', hold: false, timeoutOption: null },
  'inspect failed': { kind: 'fail', hold: false, timeoutOption: null },
  'inspect wait': { kind: 'wait', hold: false, timeoutOption: 'inspect_wait_timeout' },
  adopting: { kind: 'transient', hold: false, timeoutOption: null },
  'adopt failed': { kind: 'fail', hold: false, timeoutOption: null },
  rescuing: { kind: 'transient', hold: false, timeoutOption: null },
  'rescue wait': { kind: 'wait', hold: false, timeoutOption: 'rescue_callback_timeout' },
  'rescue failed': { kind: 'fail', hold: false, timeoutOption: null },
  unrescuing: { kind: 'transient', hold: false, timeoutOption: null },
  'unrescue failed': { kind: 'fail', hold: false, timeoutOption: null },
  servicing: { kind: 'transient', hold: false, timeoutOption: null },
  'service wait': { kind: 'wait', hold: false, timeoutOption: 'service_callback_timeout' },
  'service failed': { kind: 'fail', hold: false, timeoutOption: null },
  'service hold': { kind: 'wait', hold: true, timeoutOption: null },
};

export type StateEvent =
  | 'manage'
  | 'provide'
  | 'clean'
  | 'inspect'
  | 'adopt'
  | 'deploy'
  | 'rebuild'
  | 'delete'
  | 'rescue'
  | 'service'
  | 'unrescue'
  | 'done'
  | 'fail'
  | 'wait'
  | 'hold'
  | 'resume'
  | 'abort'
  | 'unhold';

export interface Transition {
  readonly from: ProvisionState;
  readonly event: StateEvent;
  readonly to: ProvisionState;
  /** Default `target_provision_state` afterwards. */
  readonly target: ProvisionState | null;
  /** Who may cause it. */
  readonly by: 'api' | 'conductor';
}

const t = (
  from: ProvisionState,
  event: StateEvent,
  to: ProvisionState,
  target: ProvisionState | null,
  by: 'api' | 'conductor',
): Transition => ({
  from,
  event,
  to,
  target,
  by,
});

export const TRANSITIONS: readonly Transition[] = [
  t('enroll', 'manage', 'verifying', 'manageable', 'api'),
  t('manageable', 'provide', 'cleaning', 'available', 'api'),
  t('manageable', 'clean', 'cleaning', 'available', 'api'),
  t('manageable', 'inspect', 'inspecting', 'manageable', 'api'),
  t('manageable', 'adopt', 'adopting', 'active', 'api'),
  t('available', 'deploy', 'deploying', 'active', 'api'),
  t('available', 'manage', 'manageable', null, 'api'),
  t('active', 'rebuild', 'deploying', 'active', 'api'),
  t('active', 'delete', 'deleting', 'available', 'api'),
  t('active', 'rescue', 'rescuing', 'rescue', 'api'),
  t('active', 'service', 'servicing', 'active', 'api'),
  t('error', 'rebuild', 'deploying', 'active', 'api'),
  t('error', 'delete', 'deleting', 'available', 'api'),
  t('rescue', 'rescue', 'rescuing', 'rescue', 'api'),
  t('rescue', 'delete', 'deleting', 'available', 'api'),
  t('rescue', 'unrescue', 'unrescuing', 'active', 'api'),
  t('verifying', 'done', 'manageable', null, 'conductor'),
  t('verifying', 'fail', 'enroll', null, 'conductor'),
  t('deploying', 'fail', 'deploy failed', 'active', 'conductor'),
  t('deploying', 'wait', 'wait call-back', 'active', 'conductor'),
  t('deploying', 'hold', 'deploy hold', 'active', 'conductor'),
  t('deploying', 'done', 'active', null, 'conductor'),
  t('wait call-back', 'hold', 'deploy hold', 'active', 'conductor'),
  t('wait call-back', 'resume', 'deploying', 'active', 'conductor'),
  t('wait call-back', 'fail', 'deploy failed', 'active', 'conductor'),
  t('wait call-back', 'abort', 'deploy failed', 'active', 'api'),
  t('wait call-back', 'delete', 'deleting', 'available', 'api'),
  t('deploy failed', 'rebuild', 'deploying', 'active', 'api'),
  t('deploy failed', 'deploy', 'deploying', 'active', 'api'),
  t('deploy failed', 'delete', 'deleting', 'available', 'api'),
  t('deploy hold', 'unhold', 'wait call-back', 'active', 'api'),
  t('deploy hold', 'abort', 'deploy failed', 'active', 'api'),
  t('cleaning', 'done', 'available', null, 'conductor'),
  t('cleaning', 'fail', 'clean failed', 'available', 'conductor'),
  t('cleaning', 'wait', 'clean wait', 'available', 'conductor'),
  t('cleaning', 'hold', 'clean hold', 'available', 'conductor'),
  t('cleaning', 'manage', 'manageable', null, 'conductor'),
  t('clean wait', 'fail', 'clean failed', 'available', 'conductor'),
  t('clean wait', 'abort', 'clean failed', 'available', 'api'),
  t('clean wait', 'hold', 'clean hold', 'available', 'conductor'),
  t('clean wait', 'resume', 'cleaning', 'available', 'conductor'),
  t('clean failed', 'manage', 'manageable', null, 'api'),
  t('clean hold', 'abort', 'clean failed', 'available', 'api'),
  t('clean hold', 'unhold', 'clean wait', 'available', 'api'),
  t('deleting', 'fail', 'error', null, 'conductor'),
  t('deleting', 'clean', 'cleaning', 'available', 'conductor'),
  t('inspecting', 'done', 'manageable', null, 'conductor'),
  t('inspecting', 'fail', 'inspect failed', 'manageable', 'conductor'),
  t('inspecting', 'wait', 'inspect wait', 'manageable', 'conductor'),
  t('inspect failed', 'manage', 'manageable', null, 'api'),
  t('inspect failed', 'inspect', 'inspecting', 'manageable', 'api'),
  t('inspect wait', 'done', 'manageable', null, 'conductor'),
  t('inspect wait', 'fail', 'inspect failed', 'manageable', 'conductor'),
  t('inspect wait', 'abort', 'inspect failed', 'manageable', 'api'),
  t('inspect wait', 'resume', 'inspecting', 'manageable', 'conductor'),
  t('adopting', 'done', 'active', null, 'conductor'),
  t('adopting', 'fail', 'adopt failed', 'active', 'conductor'),
  t('adopt failed', 'adopt', 'adopting', 'active', 'api'),
  t('adopt failed', 'manage', 'manageable', null, 'api'),
  t('rescuing', 'done', 'rescue', null, 'conductor'),
  t('rescuing', 'wait', 'rescue wait', 'rescue', 'conductor'),
  t('rescuing', 'fail', 'rescue failed', 'rescue', 'conductor'),
  t('rescue wait', 'resume', 'rescuing', 'rescue', 'conductor'),
  t('rescue wait', 'fail', 'rescue failed', 'rescue', 'conductor'),
  t('rescue wait', 'abort', 'rescue failed', 'rescue', 'api'),
  t('rescue wait', 'delete', 'deleting', 'available', 'api'),
  t('rescue failed', 'rescue', 'rescuing', 'rescue', 'api'),
  t('rescue failed', 'unrescue', 'unrescuing', 'active', 'api'),
  t('rescue failed', 'delete', 'deleting', 'available', 'api'),
  t('unrescuing', 'done', 'active', null, 'conductor'),
  t('unrescuing', 'fail', 'unrescue failed', 'active', 'conductor'),
  t('unrescue failed', 'rescue', 'rescuing', 'rescue', 'api'),
  t('unrescue failed', 'unrescue', 'unrescuing', 'active', 'api'),
  t('unrescue failed', 'delete', 'deleting', 'available', 'api'),
  t('servicing', 'done', 'active', null, 'conductor'),
  t('servicing', 'fail', 'service failed', 'active', 'conductor'),
  t('servicing', 'wait', 'service wait', 'active', 'conductor'),
  t('servicing', 'hold', 'service hold', 'active', 'conductor'),
  t('service wait', 'hold', 'service hold', 'active', 'conductor'),
  t('service wait', 'resume', 'servicing', 'active', 'conductor'),
  t('service wait', 'fail', 'service failed', 'active', 'conductor'),
  t('service wait', 'abort', 'service failed', 'active', 'api'),
  t('service wait', 'delete', 'deleting', 'available', 'api'),
  t('service failed', 'service', 'servicing', 'active', 'api'),
  t('service failed', 'rescue', 'rescuing', 'rescue', 'api'),
  t('service failed', 'wait', 'service wait', 'active', 'conductor'),
  t('service failed', 'hold', 'service hold', 'active', 'conductor'),
  t('service failed', 'delete', 'deleting', 'available', 'api'),
  t('service failed', 'abort', 'active', null, 'api'),
  t('service hold', 'service', 'servicing', 'active', 'api'),
  t('service hold', 'unhold', 'service wait', 'active', 'api'),
  t('service hold', 'fail', 'service failed', 'active', 'conductor'),
  t('service hold', 'abort', 'service failed', 'active', 'api'),
];

const byStateAndEvent = new Map(TRANSITIONS.map((each) => [`${each.from}|${each.event}`, each]));

/** The transition that `event` causes in `from`, or undefined when there is none. */
export function findTransition(from: ProvisionState, event: StateEvent): Transition | undefined {
  return byStateAndEvent.get(`${from}|${event}`);
}

/** True when `text` names a provision state. */
export function isProvisionState(text: string): text is ProvisionState {
  return Object.hasOwn(STATE_INFO, text);
}
