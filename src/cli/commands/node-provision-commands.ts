import type { Command } from 'commander';
import type { Json, JsonObject } from '../../model/json.ts';
import { UsageError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { withApiOptions, withService } from '../command-context.ts';
import { collect, parseKeyValues, parseSeconds, readJsonArgument } from '../key-values.ts';
import type { Terminal } from '../terminal.ts';

interface ActionOptions {
  url?: string;
  json?: boolean;
  wait?: boolean;
  timeout: string;
  steps?: string;
  runbook?: string;
  password?: string;
  disableRamdisk?: boolean;
}

interface DeployOptions extends ActionOptions {
  image?: string;
  checksum?: string;
  diskFormat?: string;
  kernel?: string;
  ramdisk?: string;
  configdrive?: string;
  instanceInfo?: string[];
}

interface Action {
  readonly name: string;
  readonly target: string;
  readonly what: string;
  /** States in which the work has succeeded; null: every state that is no failure. */
  readonly wanted: readonly string[] | null;
  /** Member of the request that takes the steps. */
  readonly steps?: string;
}

const ACTIONS: readonly Action[] = [
  { name: 'manage', target: 'manage', what: 'check the BMC and take the node into management', wanted: ['manageable'] },
  { name: 'inspect', target: 'inspect', what: 'look at the hardware', wanted: ['manageable'] },
  { name: 'provide', target: 'provide', what: 'clean the node and make it available', wanted: ['available'] },
  { name: 'undeploy', target: 'deleted', what: 'remove the instance and clean the node', wanted: ['available', 'enroll', 'manageable'] },
  { name: 'clean', target: 'clean', what: 'run clean steps', wanted: ['manageable'], steps: 'clean_steps' },
  { name: 'service', target: 'service', what: 'run service steps on an active node', wanted: ['active'], steps: 'service_steps' },
  { name: 'adopt', target: 'adopt', what: 'take over a machine that runs already', wanted: ['active'] },
  { name: 'rescue', target: 'rescue', what: 'boot the rescue ramdisk', wanted: ['rescue'] },
  { name: 'unrescue', target: 'unrescue', what: 'leave rescue', wanted: ['active'] },
  { name: 'abort', target: 'abort', what: 'stop what waits', wanted: null },
  { name: 'unhold', target: 'unhold', what: 'go on after a hold step', wanted: null },
];

/** `wrought node manage|inspect|provide|deploy|rebuild|undeploy|clean|service|adopt|rescue|unrescue|abort|unhold` */
export function addNodeProvisionCommands(node: Command, terminal: Terminal): void {
  for (const action of ACTIONS) {
    const command = withWaitOptions(node.command(action.name).description(action.what).argument('<node...>', 'names or UUIDs'));
    if (action.steps !== undefined)
      command.option('--steps <json>', 'list of steps, JSON or @FILE').option('--runbook <name>', 'runbook to run');
    if (action.name === 'clean' || action.name === 'service') command.option('--disable-ramdisk', 'run without booting the ramdisk');
    if (action.name === 'rescue') command.option('--password <text>', 'password of the rescue user (environment: WROUGHT_RESCUE_PASSWORD)');
    command.action((idents: string[], options: ActionOptions) =>
      withService(terminal, options, async (context) =>
        runOn(context, idents, options, action.wanted, await actionBody(action, options, terminal)),
      ),
    );
  }
  for (const [name, target] of [
    ['deploy', 'active'],
    ['rebuild', 'rebuild'],
  ] as const) {
    withWaitOptions(
      node
        .command(name)
        .description(target === 'active' ? 'put an image on the node' : 'put an image on the node again')
        .argument('<node...>', 'names or UUIDs'),
    )
      .option('--image <url>', 'http(s) or file URL of the image')
      .option('--checksum <hex>', 'digest of the image (or sha512:HEX), or the URL of a checksum file')
      .option('--disk-format <name>', 'raw or qcow2')
      .option('--kernel <url>', 'kernel of a partition image')
      .option('--ramdisk <url>', 'ramdisk of a partition image')
      .option('--configdrive <source>', 'JSON parts, a file with them, an ISO file, its base64 text, or a URL')
      .option('--instance-info <name=value>', 'further entry of instance_info; may be repeated', collect)
      .option('--steps <json>', 'deploy steps, JSON or @FILE')
      .action((idents: string[], options: DeployOptions) =>
        withService(terminal, options, (context) => deploy(context, idents, options, target)),
      );
  }
}

function withWaitOptions(command: Command): Command {
  return withApiOptions(command)
    .option('--wait', 'wait until it is done and show progress')
    .option('--timeout <seconds>', 'give up waiting after so long; 0 waits as long as it takes', '0');
}

async function deploy(context: CommandContext, idents: string[], options: DeployOptions, target: string): Promise<void> {
  const info = instanceInfo(options);
  if (target === 'active' && Object.keys(info).length === 0) {
    context.terminal.err('no --image given: the instance_info that the nodes have is used\n');
  }
  const body: JsonObject = { target };
  if (options.configdrive !== undefined) {
    const { readConfigDrive } = await import('../read-config-drive.ts');
    body.configdrive = await readConfigDrive(options.configdrive);
  }
  if (options.steps !== undefined) body.deploy_steps = await readJsonArgument(options.steps, '--steps');
  const patch = Object.entries(info).map(([key, value]) => ({ op: 'add', path: `/instance_info/${key}`, value: value ?? null }));
  if (patch.length > 0) for (const ident of idents) await context.api.patch(`/v1/nodes/${encodeURIComponent(ident)}`, patch);
  await runOn(context, idents, options, ['active'], body);
}

function instanceInfo(options: DeployOptions): JsonObject {
  const info: JsonObject = parseKeyValues(options.instanceInfo ?? [], '--instance-info');
  if (options.image !== undefined) info.image_source = options.image;
  if (options.diskFormat !== undefined) info.image_disk_format = options.diskFormat;
  if (options.kernel !== undefined) info.kernel = options.kernel;
  if (options.ramdisk !== undefined) info.ramdisk = options.ramdisk;
  const named = /^(md5|sha1|sha224|sha256|sha384|sha512):([0-9a-f]+)$/i.exec(options.checksum ?? '');
  if (named !== null) {
    info.image_os_hash_algo = (named[1] ?? '').toLowerCase();
    info.image_os_hash_value = (named[2] ?? '').toLowerCase();
  } else if (options.checksum !== undefined) {
    info.image_checksum = options.checksum;
  }
  return info;
}

async function actionBody(action: Action, options: ActionOptions, terminal: Terminal): Promise<JsonObject> {
  const body: JsonObject = { target: action.target };
  if (action.steps !== undefined) {
    if (options.steps !== undefined) body[action.steps] = await readJsonArgument(options.steps, '--steps');
    if (options.runbook !== undefined) body.runbook = options.runbook;
    if (options.steps === undefined && options.runbook === undefined)
      throw new UsageError(
        `${action.name} needs --steps, such as '[{"interface": "deploy", "step": "erase_devices_metadata"}]', or --runbook`,
      );
  }
  if (options.disableRamdisk) body.disable_ramdisk = true;
  if (action.name === 'rescue') {
    const password = options.password ?? terminal.env.WROUGHT_RESCUE_PASSWORD;
    if (password === undefined || password === '') throw new UsageError('rescue needs --password or WROUGHT_RESCUE_PASSWORD');
    body.rescue_password = password;
  }
  return body;
}

/** Sends the request for every node, then waits for all where asked. The first failure is thrown after all have ended. */
async function runOn(
  context: CommandContext,
  idents: readonly string[],
  options: ActionOptions,
  wanted: readonly string[] | null,
  body: Json,
): Promise<void> {
  const { api, terminal, clock, json, print } = context;
  const timeoutMs = parseSeconds(options.timeout, '--timeout');
  for (const ident of idents) await api.put(`/v1/nodes/${encodeURIComponent(ident)}/states/provision`, body);
  if (!options.wait) {
    print({ accepted: idents }, () => idents.map((ident) => `node ${ident}: accepted\n`).join(''));
    return;
  }
  const [{ createProgressLine }, { waitForState }] = await Promise.all([
    import('../output/progress-line.ts'),
    import('../client/wait-for-state.ts'),
  ]);
  const line = createProgressLine(terminal, () => clock.now());
  const results = await Promise.allSettled(
    idents.map((node) =>
      waitForState({
        api,
        node,
        wanted,
        timeoutMs,
        clock,
        signal: terminal.signal,
        ...(json && !terminal.interactive ? {} : { changed: (progress) => line.show(progress) }),
      }),
    ),
  );
  line.end();
  const reached = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  print(
    reached.map(({ uuid, name, state, power }) => ({ uuid, name, provision_state: state, power_state: power })),
    () => reached.map(({ uuid, name, state }) => `node ${name ?? uuid}: ${state}\n`).join(''),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
