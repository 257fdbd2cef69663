import type { ProvisionState } from './states.ts';

/** Named sets of states that rules of the API and the conductor speak of. */
export const UNSTABLE: ReadonlySet<ProvisionState> = new Set([
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'verifying',
  'deleting',
  'inspecting',
  'inspect wait',
  'adopting',
  'rescuing',
  'rescue wait',
  'unrescuing',
  'servicing',
  'service wait',
] as const);
export const SERVICING: ReadonlySet<ProvisionState> = new Set(['servicing', 'service wait', 'service failed', 'service hold'] as const);
export const INSPECTION: ReadonlySet<ProvisionState> = new Set(['inspecting', 'inspect wait', 'inspect failed'] as const);
export const UPDATE_ALLOWED_WHILE_TARGET_SET: ReadonlySet<ProvisionState> = new Set([
  'deploy failed',
  'inspecting',
  'inspect failed',
  'inspect wait',
  'clean failed',
  'error',
  'verifying',
  'adopt failed',
  'rescue failed',
  'unrescue failed',
  'service hold',
  'service failed',
] as const);
export const DELETE_ALLOWED: ReadonlySet<ProvisionState> = new Set(['manageable', 'enroll', 'adopt failed'] as const);
export const DELETE_ALLOWED_WITH_OPTION: ReadonlySet<ProvisionState> = new Set(['available'] as const);
export const STUCK_FAILED_ON_RESTART: ReadonlySet<ProvisionState> = new Set([
  'deploying',
  'cleaning',
  'verifying',
  'inspecting',
  'adopting',
  'rescuing',
  'unrescuing',
  'deleting',
  'servicing',
] as const);
export const LOOKUP_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'inspecting',
  'inspect wait',
  'rescuing',
  'rescue wait',
  'service wait',
] as const);
export const LOOKUP_ALLOWED_FAST_TRACK: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'manageable',
  'available',
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'inspecting',
  'inspect wait',
  'rescuing',
  'rescue wait',
  'servicing',
  'service wait',
  'service hold',
] as const);
export const HEARTBEAT_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'wait call-back',
  'clean wait',
  'rescue wait',
  'deploying',
  'cleaning',
  'rescuing',
  'deploy hold',
  'clean hold',
  'servicing',
  'service wait',
  'service hold',
] as const);
export const HEARTBEAT_ALLOWED_FAST_TRACK: ReadonlySet<ProvisionState> = new Set([
  'wait call-back',
  'clean wait',
  'rescue wait',
  'deploying',
  'cleaning',
  'rescuing',
  'deploy hold',
  'clean hold',
  'servicing',
  'service wait',
  'service hold',
  'manageable',
  'available',
  'enroll',
] as const);
export const HEARTBEAT_RECORD_ONLY: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'manageable',
  'available',
  'cleaning',
  'deploying',
  'rescuing',
  'deploy hold',
  'clean hold',
  'servicing',
  'service hold',
] as const);
export const HEARTBEAT_ACTS: ReadonlySet<ProvisionState> = new Set([
  'wait call-back',
  'clean wait',
  'rescue wait',
  'service wait',
] as const);
export const POWER_SYNC_SKIP: ReadonlySet<ProvisionState> = new Set(['wait call-back', 'clean wait', 'enroll', 'adopt failed'] as const);
export const POWER_CHANGE_REFUSED: ReadonlySet<ProvisionState> = new Set(['cleaning', 'clean wait'] as const);
export const BOOT_MODE_CHANGE_REFUSED: ReadonlySet<ProvisionState> = new Set([
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'verifying',
  'deleting',
  'inspecting',
  'inspect wait',
  'adopting',
  'rescuing',
  'rescue wait',
  'unrescuing',
  'servicing',
  'service wait',
] as const);
export const ORPHAN_FAILED: ReadonlySet<ProvisionState> = new Set(['deploying', 'cleaning'] as const);
export const TAKEOVER_STATES: ReadonlySet<ProvisionState> = new Set(['active'] as const);
export const INTERFACE_CHANGE_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
  'available',
] as const);
export const RESOURCE_CLASS_CHANGE_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
  'available',
] as const);
export const INSTANCE_UUID_REMOVAL_ALLOWED_WITH_ALLOCATION: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
  'available',
] as const);
export const PORT_CONNECTIVITY_CHANGE_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
] as const);
export const PORTGROUP_NODE_CHANGE_ALLOWED: ReadonlySet<ProvisionState> = new Set([
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
] as const);
export const PORT_MAC_CHANGE_REFUSED: ReadonlySet<ProvisionState> = new Set(['active'] as const);
export const PROTECTED_MAY_BE_SET: ReadonlySet<ProvisionState> = new Set(['active', 'rescue'] as const);
export const RETIRED_MAY_NOT_BE_SET: ReadonlySet<ProvisionState> = new Set(['available'] as const);
export const CONTINUE_INSPECTION_ACCEPTED: ReadonlySet<ProvisionState> = new Set(['inspect wait'] as const);
export const CONTINUE_INSPECTION_ACCEPTED_WITH_DISCOVERY: ReadonlySet<ProvisionState> = new Set(['enroll'] as const);
export const COUNTED_FOR_DEPLOY_LIMIT: ReadonlySet<ProvisionState> = new Set(['deploying', 'wait call-back'] as const);
export const COUNTED_FOR_CLEAN_LIMIT: ReadonlySet<ProvisionState> = new Set(['deleting', 'cleaning', 'clean wait'] as const);
export const TEAR_DOWN_RUNS_RESCUE_CLEAN_UP: ReadonlySet<ProvisionState> = new Set([
  'rescue wait',
  'rescue',
  'unrescue failed',
  'rescue failed',
] as const);
export const CLEAN_STEP_CLEARED_ON_ERROR: ReadonlySet<ProvisionState> = new Set(['cleaning', 'clean wait', 'clean failed'] as const);
export const DEPLOY_STEP_CLEARED_ON_ERROR: ReadonlySet<ProvisionState> = new Set(['deploying', 'wait call-back', 'deploy failed'] as const);
export const SERVICE_STEP_CLEARED_ON_ERROR: ReadonlySet<ProvisionState> = new Set(['servicing', 'service wait', 'service failed'] as const);
export const RESCUE_LIKE: ReadonlySet<ProvisionState> = new Set([
  'rescuing',
  'rescue wait',
  'rescue failed',
  'unrescuing',
  'unrescue failed',
] as const);
