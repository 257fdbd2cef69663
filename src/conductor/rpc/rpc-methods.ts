/**
 * What processes may ask of a conductor over RPC: an explicit list. A method is not callable because it exists, but because it stands
 * here with the form of its parameters. Documents inside them (node values, configuration drives) were checked by the API and are
 * checked by their shape alone: the caller has proved that it belongs to the service.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import type { Allocation, NewAllocation } from '../../model/allocation.ts';
import { INTERFACE_KINDS } from '../../model/interface-kind.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { BootDevice, BootMode, NewNode, Node, NodePatch, PowerTarget } from '../../model/node.ts';
import type { NewPort, Port, PortPatch } from '../../model/port.ts';
import type { Portgroup, PortgroupPatch } from '../../model/portgroup.ts';
import type { VolumeConnector, VolumeConnectorPatch, VolumeTarget, VolumeTargetPatch } from '../../model/volume.ts';
import type {
  ConsoleInfo,
  DriverSummary,
  HeartbeatRequest,
  HoldReport,
  LookupAnswer,
  ProvisionRequest,
  ValidationResult,
  VendorCall,
  VendorMethodInfo,
} from '../conductor-service.ts';

const uuid = Type.String({ minLength: 1, maxLength: 255 });
const text = Type.String({ maxLength: 255 });
const nothing = Type.Null();
const object = (required: Record<string, TSchema> = {}) => Type.Object(required, { additionalProperties: true });
/** An object of which the named members are looked at, and which is typed as a whole. */
const document = <T>(required: Record<string, TSchema> = {}) => Type.Unsafe<T>(object(required));
const word = <T extends string>(...words: readonly T[]) => Type.Unsafe<T>(Type.Union(words.map((each) => Type.Literal(each))));
/** `additionalProperties: false`: a parameter that this version does not know is refused instead of dropped. */
const params = <T extends Record<string, TSchema>>(members: T) => Type.Object(members, { additionalProperties: false });

const NODE = document<Node>({ uuid: Type.String(), driver: Type.String(), provision_state: Type.String() });
const PORT = document<Port>({ uuid: Type.String(), node_uuid: Type.String() });
const DEVICES: readonly BootDevice[] = ['pxe', 'disk', 'cdrom', 'bios', 'safe', 'wanboot', 'iscsiboot', 'floppy', 'uefihttp'];
const TARGETS: readonly PowerTarget[] = ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'];
const MODES: readonly BootMode[] = ['bios', 'uefi'];
const device = word(...DEVICES);
const strings = Type.Unsafe<Readonly<Record<string, string>>>(Type.Record(Type.String(), Type.String()));
const onNode = params({ uuid });
const onDriver = params({ driver: text });

export const REQUEST_CONTEXT = params({
  requestId: Type.String({ maxLength: 255 }),
  user: Type.Union([Type.String(), Type.Null()]),
  project: Type.Union([Type.String(), Type.Null()]),
});

interface MethodSpec<P extends TSchema, R extends TSchema> {
  readonly params: P;
  readonly result: R;
  /** Asking twice changes nothing more than asking once: may be repeated when the answer got lost. */
  readonly repeatable: boolean;
}

const changes = <P extends TSchema, R extends TSchema>(of: P, result: R): MethodSpec<P, R> => ({ params: of, result, repeatable: false });
const reads = <P extends TSchema, R extends TSchema>(of: P, result: R): MethodSpec<P, R> => ({ params: of, result, repeatable: true });

/** Every method, by its name on the wire. `conductorOf` is missing: it is answered from the register, never over the wire. */
export const RPC_METHODS = {
  createNode: changes(params({ values: document<NewNode>({ driver: Type.String() }) }), NODE),
  updateNode: changes(
    params({
      uuid,
      patch: document<NodePatch>(),
      options: Type.Optional(document<{ resetInterfaces?: boolean; basedOn?: NodePatch }>()),
    }),
    NODE,
  ),
  destroyNode: changes(onNode, nothing),
  setMaintenance: changes(params({ uuid, on: Type.Boolean(), reason: Type.Union([Type.String(), Type.Null()]) }), nothing),
  setTraits: changes(params({ uuid, change: document<{ set?: string[]; add?: string; remove?: string }>() }), nothing),
  provision: changes(params({ uuid, request: document<ProvisionRequest>({ verb: Type.String() }) }), nothing),
  changePower: changes(params({ uuid, target: word(...TARGETS), timeoutSeconds: Type.Union([Type.Number(), Type.Null()]) }), nothing),
  setBootMode: changes(params({ uuid, mode: word(...MODES) }), nothing),
  setSecureBoot: changes(params({ uuid, on: Type.Boolean() }), nothing),
  validate: reads(onNode, document<Record<string, ValidationResult>>()),
  getBootDevice: reads(onNode, document<{ boot_device: BootDevice | null; persistent: boolean | null }>()),
  setBootDevice: changes(params({ uuid, device, persistent: Type.Boolean() }), nothing),
  supportedBootDevices: reads(onNode, Type.Array(device)),
  injectNmi: changes(onNode, nothing),
  setTargetRaidConfig: changes(params({ uuid, config: document<JsonObject>() }), nothing),
  vifList: reads(onNode, Type.Array(document<{ id: string }>({ id: Type.String() }))),
  vifAttach: changes(params({ uuid, vif: document<JsonObject & { id: string }>({ id: Type.String() }) }), nothing),
  vifDetach: changes(params({ uuid, vifId: text }), nothing),
  createPort: changes(params({ values: document<NewPort>({ node_uuid: Type.String(), address: Type.String() }) }), PORT),
  updatePort: changes(params({ uuid, patch: document<PortPatch>(), options: Type.Optional(document<{ basedOn?: PortPatch }>()) }), PORT),
  destroyPort: changes(onNode, nothing),
  updatePortgroup: changes(
    params({ uuid, patch: document<PortgroupPatch>(), options: Type.Optional(document<{ basedOn?: PortgroupPatch }>()) }),
    document<Portgroup>({ uuid: Type.String() }),
  ),
  destroyPortgroup: changes(onNode, nothing),
  createAllocation: changes(
    params({ values: document<NewAllocation>(), nodeUuid: Type.Optional(uuid) }),
    document<Allocation>({ uuid: Type.String(), state: Type.String() }),
  ),
  destroyAllocation: changes(onNode, nothing),
  updateVolumeConnector: changes(
    params({ uuid, patch: document<VolumeConnectorPatch>() }),
    document<VolumeConnector>({ uuid: Type.String() }),
  ),
  updateVolumeTarget: changes(params({ uuid, patch: document<VolumeTargetPatch>() }), document<VolumeTarget>({ uuid: Type.String() })),
  destroyVolume: changes(params({ kind: word('connector', 'target'), uuid }), nothing),
  vendorMethods: reads(onNode, Type.Unsafe<Record<string, VendorMethodInfo>>(Type.Record(Type.String(), object()))),
  vendorPassthru: changes(
    params({ uuid, call: document<VendorCall>({ method: Type.String(), httpMethod: Type.String(), args: object() }) }),
    document<{ async: boolean; result: Json }>({ async: Type.Boolean() }),
  ),
  getConsole: reads(
    onNode,
    Type.Unsafe<ConsoleInfo | null>(Type.Union([object({ type: Type.String(), url: Type.String() }), Type.Null()])),
  ),
  setConsole: changes(params({ uuid, on: Type.Boolean() }), nothing),
  lookup: changes(
    params({
      query: document<{ nodeUuid?: string; addresses?: readonly string[]; giveToken?: boolean }>({
        nodeUuid: Type.Optional(Type.String()),
        addresses: Type.Optional(Type.Array(Type.String())),
        giveToken: Type.Optional(Type.Boolean()),
      }),
    }),
    document<LookupAnswer>({ node: NODE, config: object() }),
  ),
  heartbeat: changes(params({ uuid, heartbeat: document<HeartbeatRequest>({ callback_url: Type.String() }) }), nothing),
  continueInspection: changes(
    params({ query: document<{ nodeUuid?: string }>({ nodeUuid: Type.Optional(Type.String()) }), data: document<JsonObject>() }),
    Type.Object({ uuid: Type.String() }),
  ),
  driverProperties: reads(onDriver, strings),
  logicalDiskProperties: reads(onDriver, strings),
  recover: changes(params({ uuid, confirm: Type.Boolean() }), document<HoldReport>({ node: Type.String(), action: Type.String() })),
  drivers: reads(
    params({}),
    Type.Array(
      document<DriverSummary>({
        name: Type.String(),
        hosts: Type.Array(Type.String()),
        defaults: object(Object.fromEntries(INTERFACE_KINDS.map((kind) => [kind, Type.Union([Type.String(), Type.Null()])]))),
        enabled: object(Object.fromEntries(INTERFACE_KINDS.map((kind) => [kind, Type.Array(Type.String())]))),
      }),
    ),
  ),
} as const;

export type RpcMethod = keyof typeof RPC_METHODS;
export type RpcParams<M extends RpcMethod> = Static<(typeof RPC_METHODS)[M]['params']>;
export type RpcResult<M extends RpcMethod> = Static<(typeof RPC_METHODS)[M]['result']>;

/** Guard for a method's name as it comes from the wire. */
export function isRpcMethod(name: string): name is RpcMethod {
  return Object.hasOwn(RPC_METHODS, name);
}
