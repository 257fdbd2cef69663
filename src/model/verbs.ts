import type { ProvisionState, StateEvent } from './states.ts';

/** A verb of `PUT /v1/nodes/{id}/states/provision`. Versions are minor numbers of API 1.x. */
export interface Verb {
  readonly name: string;
  readonly event: StateEvent;
  readonly minVersion: number;
  readonly allowedFrom: readonly ProvisionState[];
  readonly blockedByMaintenance: boolean;
  readonly blockedByProtected: boolean;
  /** Which concurrency limit counts it. */
  readonly limit: 'deploy' | 'clean' | null;
}

export const VERBS: readonly Verb[] = [
  {
    name: 'active',
    event: 'deploy',
    minVersion: 1,
    allowedFrom: ['available', 'deploy failed'],
    blockedByMaintenance: true,
    blockedByProtected: false,
    limit: 'deploy',
  },
  {
    name: 'deploy',
    event: 'deploy',
    minVersion: 73,
    allowedFrom: ['available', 'deploy failed'],
    blockedByMaintenance: true,
    blockedByProtected: false,
    limit: 'deploy',
  },
  {
    name: 'rebuild',
    event: 'rebuild',
    minVersion: 1,
    allowedFrom: ['active', 'error', 'deploy failed'],
    blockedByMaintenance: true,
    blockedByProtected: true,
    limit: 'deploy',
  },
  {
    name: 'deleted',
    event: 'delete',
    minVersion: 1,
    allowedFrom: [
      'active',
      'error',
      'rescue',
      'wait call-back',
      'deploy failed',
      'rescue wait',
      'rescue failed',
      'unrescue failed',
      'service wait',
      'service failed',
    ],
    blockedByMaintenance: false,
    blockedByProtected: true,
    limit: 'clean',
  },
  {
    name: 'undeploy',
    event: 'delete',
    minVersion: 73,
    allowedFrom: [
      'active',
      'error',
      'rescue',
      'wait call-back',
      'deploy failed',
      'rescue wait',
      'rescue failed',
      'unrescue failed',
      'service wait',
      'service failed',
    ],
    blockedByMaintenance: false,
    blockedByProtected: true,
    limit: 'clean',
  },
  {
    name: 'manage',
    event: 'manage',
    minVersion: 4,
    allowedFrom: ['enroll', 'available', 'clean failed', 'inspect failed', 'adopt failed'],
    blockedByMaintenance: false,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'provide',
    event: 'provide',
    minVersion: 4,
    allowedFrom: ['manageable'],
    blockedByMaintenance: false,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'inspect',
    event: 'inspect',
    minVersion: 6,
    allowedFrom: ['manageable', 'inspect failed'],
    blockedByMaintenance: false,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'abort',
    event: 'abort',
    minVersion: 13,
    allowedFrom: [
      'wait call-back',
      'deploy hold',
      'clean wait',
      'clean hold',
      'inspect wait',
      'rescue wait',
      'service wait',
      'service failed',
      'service hold',
    ],
    blockedByMaintenance: false,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'clean',
    event: 'clean',
    minVersion: 15,
    allowedFrom: ['manageable'],
    blockedByMaintenance: true,
    blockedByProtected: false,
    limit: 'clean',
  },
  {
    name: 'adopt',
    event: 'adopt',
    minVersion: 17,
    allowedFrom: ['manageable', 'adopt failed'],
    blockedByMaintenance: false,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'rescue',
    event: 'rescue',
    minVersion: 38,
    allowedFrom: ['active', 'rescue', 'rescue failed', 'unrescue failed', 'service failed'],
    blockedByMaintenance: true,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'unrescue',
    event: 'unrescue',
    minVersion: 38,
    allowedFrom: ['rescue', 'rescue failed', 'unrescue failed'],
    blockedByMaintenance: true,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'unhold',
    event: 'unhold',
    minVersion: 85,
    allowedFrom: ['deploy hold', 'clean hold', 'service hold'],
    blockedByMaintenance: false,
    blockedByProtected: false,
    limit: null,
  },
  {
    name: 'service',
    event: 'service',
    minVersion: 87,
    allowedFrom: ['active', 'service failed', 'service hold'],
    blockedByMaintenance: true,
    blockedByProtected: false,
    limit: null,
  },
];

const byName = new Map(VERBS.map((verb) => [verb.name, verb]));

/** The verb called `name` (aliases included), or undefined. */
export function findVerb(name: string): Verb | undefined {
  return byName.get(name);
}
