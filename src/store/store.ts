import type { Chassis, ChassisPatch } from '../model/chassis.ts';
import type { ConductorRecord } from '../model/conductor-record.ts';
import type { NewOutboxEvent, OutboxEvent } from '../model/event.ts';
import type { NewNodeHistory, NodeHistory } from '../model/history.ts';
import type { InterfaceField } from '../model/interface-kind.ts';
import type { JsonObject } from '../model/json.ts';
import type { Lease, LeaseHolder } from '../model/lease.ts';
import type { Millis, NewNode, Node, NodePatch, NodeUuid } from '../model/node.ts';
import type { NewPort, Port, PortPatch } from '../model/port.ts';
import type { ProvisionState } from '../model/states.ts';
import type { AllocationRepository } from './allocation-repository.ts';
import type { DeployTemplateRepository } from './deploy-template-repository.ts';
import type { PortgroupRepository } from './portgroup-repository.ts';
import type { RunbookRepository } from './runbook-repository.ts';
import type { VolumeConnectorRepository, VolumeTargetRepository } from './volume-repository.ts';

/** Page of a list: keyset paging by `sortKey` then `id`. */
export interface Page {
  limit: number;
  /** UUID of the last item seen; unknown: NOT_FOUND. */
  marker?: string;
  /** A stored scalar column; default `id`. */
  sortKey?: string;
  sortDir?: 'asc' | 'desc';
}

/** Filters of a node list; all given ones must hold. */
export interface NodeFilter {
  uuids?: readonly string[];
  instanceUuid?: string;
  instanceName?: string;
  associated?: boolean;
  maintenance?: boolean;
  retired?: boolean;
  provisionState?: ProvisionState;
  provisionStates?: readonly ProvisionState[];
  driver?: string;
  resourceClass?: string;
  conductorGroup?: string;
  fault?: string;
  owner?: string;
  lessee?: string;
  /** Owner or lessee equals it. */
  project?: string;
  descriptionContains?: string;
  chassisUuid?: string;
  shards?: readonly string[];
  sharded?: boolean;
  parentNode?: string;
  /** False leaves out nodes that have a parent. */
  includeChildren?: boolean;
  /** The node has all of them. */
  traits?: readonly string[];
  /** Held (true) or free (false) nodes only. */
  reserved?: boolean;
  provisionUpdatedBefore?: Millis;
  inspectionStartedBefore?: Millis;
}

/**
 * A node as a list needs it: JSON attributes are the stored text, so that a list neither parses nor prints them. Secrets in
 * `driver_info`, `driver_internal_info` and `instance_info` are already masked in the text (they are masked once, at write).
 */
export type NodeListRow = Omit<Node, JsonNodeField | 'traits'> & Record<JsonNodeField | 'traits', string>;
export type JsonNodeField =
  | 'driver_info'
  | 'driver_internal_info'
  | 'properties'
  | 'instance_info'
  | 'extra'
  | 'clean_step'
  | 'deploy_step'
  | 'service_step'
  | 'raid_config'
  | 'target_raid_config'
  | 'network_data';

export interface NodeRepository {
  /** @throws DUPLICATE (uuid, name), INSTANCE_ASSOCIATED (instance_uuid). */
  create(values: NewNode): Promise<Node>;
  getByUuid(uuid: string): Promise<Node | undefined>;
  getByName(name: string): Promise<Node | undefined>;
  getByInstanceUuid(uuid: string): Promise<Node | undefined>;
  /** Nodes that own one of the MAC addresses. */
  findByMacs(macs: readonly string[]): Promise<Node[]>;
  /** One query whatever the page; only `columns` are read when given. */
  list(filter: NodeFilter, page: Page, columns?: readonly (keyof Node)[]): Promise<NodeListRow[]>;
  /** Parsed nodes for the conductor's loops, oldest `provision_updated_at` first. */
  scan(filter: NodeFilter, limit?: number): Promise<Node[]>;
  /** UUID, group and driver of every node: what placement needs. */
  placements(): Promise<{ uuid: NodeUuid; conductor_group: string; driver: string }[]>;
  /**
   * Reads the node, lets `change` derive a patch and writes it, as one transaction. With a lease: LEASE_LOST unless its token still
   * holds the node. A null patch writes nothing. `updated_at` is set. `change` may be called again when the database gave the first
   * transaction up. @throws NOT_FOUND, LEASE_LOST, DUPLICATE, INSTANCE_ASSOCIATED, INVALID_PARAMETER (chassis).
   */
  mutate(uuid: string, lease: Lease | null, change: (node: Node) => NodePatch | null): Promise<Node>;
  /** Removes the node and all that belongs to it. @throws LEASE_LOST. */
  delete(uuid: string, lease: Lease | null): Promise<void>;
  /** How many nodes each shard has, the largest first; nodes without one are counted under null. */
  shards(): Promise<{ name: string | null; count: number }[]>;
  countInStates(states: readonly ProvisionState[], conductorGroup?: string): Promise<number>;
  setTraits(uuid: string, lease: Lease | null, traits: readonly string[]): Promise<void>;

  /** Takes a free node, or one whose lease ended; the token is higher than any before. */
  acquireLease(
    uuid: string,
    request: { holder: string; purpose: string; ttlMs: number },
  ): Promise<{ lease: Lease; node: Node } | { heldBy: LeaseHolder }>;
  /** Extends all leases given; answers those that were lost. One statement. */
  renewLeases(leases: readonly Lease[], ttlMs: number): Promise<Lease[]>;
  /** Frees the node when the token still holds it; true when it did. */
  releaseLease(lease: Lease): Promise<boolean>;
  /** Nodes whose lease has ended, or whose holder is not in `liveHolders` when that is given. */
  abandonedLeases(liveHolders?: readonly string[]): Promise<Node[]>;
}

export interface PortFilter {
  nodeUuid?: string;
  address?: string;
  portgroupUuid?: string;
  /** Substring of the description, without case. */
  descriptionContains?: string;
  /** Groups of the node, lower case. */
  conductorGroups?: readonly string[];
  shards?: readonly string[];
  /** Owner or lessee of the node. */
  project?: string;
}

export interface PortRepository {
  /** @throws DUPLICATE (address, uuid, name), NOT_FOUND (node). */
  create(values: NewPort): Promise<Port>;
  getByUuid(uuid: string): Promise<Port | undefined>;
  getByName(name: string): Promise<Port | undefined>;
  getByAddress(address: string): Promise<Port | undefined>;
  list(filter: PortFilter, page: Page): Promise<Port[]>;
  ofNode(nodeUuid: string): Promise<Port[]>;
  update(uuid: string, patch: PortPatch): Promise<Port>;
  delete(uuid: string): Promise<void>;
}

export interface ChassisRepository {
  create(values: ChassisPatch & { uuid?: string }): Promise<Chassis>;
  getByUuid(uuid: string): Promise<Chassis | undefined>;
  list(page: Page): Promise<Chassis[]>;
  update(uuid: string, patch: ChassisPatch): Promise<Chassis>;
  /** @throws INVALID_PARAMETER while nodes are in it. */
  delete(uuid: string): Promise<void>;
}

export interface ConductorRepository {
  /** Inserts or refreshes the registration and marks it online. */
  register(values: Pick<ConductorRecord, 'hostname' | 'conductor_group' | 'drivers' | 'rpc_url'>): Promise<ConductorRecord>;
  /** False when the record is gone. */
  touch(hostname: string): Promise<boolean>;
  setOffline(hostname: string): Promise<void>;
  get(hostname: string): Promise<ConductorRecord | undefined>;
  list(page?: Page): Promise<ConductorRecord[]>;
  delete(hostname: string): Promise<void>;
}

export interface HistoryRepository {
  add(row: NewNodeHistory): Promise<NodeHistory>;
  list(nodeUuid: string, page: Page): Promise<NodeHistory[]>;
  get(nodeUuid: string, uuid: string): Promise<NodeHistory | undefined>;
  /** Deletes the oldest rows beyond `keep` per node that are older than `before`, at most `batch`; answers how many. */
  prune(keep: number, before: Millis, batch: number): Promise<number>;
}

export interface EventRepository {
  add(event: NewOutboxEvent): Promise<void>;
  /** Events after `afterId`, oldest first. */
  since(afterId: number, limit: number, filter?: { nodeUuid?: string; kinds?: readonly string[] }): Promise<OutboxEvent[]>;
  lastId(): Promise<number>;
  prune(before: Millis): Promise<number>;
}

/** Inspection data of a node (API 1.81), kept apart from the node because it is large and seldom read. */
export interface InventoryRepository {
  get(nodeUuid: string): Promise<{ inventory: JsonObject; plugin_data: JsonObject } | undefined>;
  set(nodeUuid: string, data: { inventory: JsonObject; plugin_data: JsonObject }): Promise<void>;
}

/**
 * Records that a destructive step of a request has been started. A step is spent before it runs, so that after a crash nobody runs it
 * blindly again.
 */
export interface SpentStepRepository {
  /** False when the step was spent already. */
  spend(nodeUuid: string, requestKey: string, stepKey: string): Promise<boolean>;
  isSpent(nodeUuid: string, requestKey: string, stepKey: string): Promise<boolean>;
  forget(nodeUuid: string): Promise<void>;
}

/** BIOS settings, firmware components and the like are added as small repositories beside these. */
export interface Repositories {
  readonly nodes: NodeRepository;
  readonly ports: PortRepository;
  readonly portgroups: PortgroupRepository;
  readonly deployTemplates: DeployTemplateRepository;
  readonly runbooks: RunbookRepository;
  readonly allocations: AllocationRepository;
  readonly volumeConnectors: VolumeConnectorRepository;
  readonly volumeTargets: VolumeTargetRepository;
  readonly chassis: ChassisRepository;
  readonly conductors: ConductorRepository;
  readonly history: HistoryRepository;
  readonly events: EventRepository;
  readonly inventory: InventoryRepository;
  readonly spentSteps: SpentStepRepository;
}

export interface Store extends Repositories {
  readonly dialect: 'sqlite' | 'postgresql';
  /**
   * Runs `work` in one transaction; every repository call made below it takes part in it, by `tx` or by the store. Nested calls join the
   * outer one. An error from the database leaves nothing but a rollback, even when `work` catches it. `work` may run again when the
   * database gave the transaction up in favour of another, so it changes nothing outside of the database; and it awaits nothing but
   * the store, because on SQLite other writers wait for it. Events added inside become readable with the commit.
   */
  transaction<T>(work: (tx: Repositories) => Promise<T>): Promise<T>;
  /** Called after a committed transaction that added outbox events (in this process at once; from others by notification or poll). */
  onEvents(listener: () => void): () => void;
  /** Number of SQL statements sent since the start: for query-count assertions. */
  readonly statements: number;
  close(): Promise<void>;
}

export type { InterfaceField };
