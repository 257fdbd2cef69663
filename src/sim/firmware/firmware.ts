import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileDevice } from '../../image/file-device.ts';
import { openFileBytes } from '../../image/readable-bytes.ts';
import { messageOf } from '../../model/errors.ts';
import { maskText } from '../../model/mask-secrets.ts';
import type { BootCandidate, BootTarget } from '../machine/boot-settings.ts';
import type { BootProgress, Machine } from '../machine/machine.ts';
import type { DiskPlan } from '../machine/machine-plan.ts';
import type { InsertedMedium } from '../machine/media-slots.ts';
import type { BootRecord } from './boot-record.ts';
import { fetchMedium } from './fetch-medium.ts';
import { readBootDisk } from './read-boot-disk.ts';
import { readBootIso } from './read-boot-iso.ts';

export interface FirmwareParts {
  readonly machine: Machine;
  readonly disks: readonly { readonly plan: DiskPlan; readonly path: string }[];
  /** Where fetched media are kept while they are read. */
  readonly scratchDir: string;
  /** Bytes of a medium that are fetched at most. */
  readonly maxMediumBytes: number;
  /** The kernel of a ramdisk runs, with this command line. */
  startRamdisk(commandLine: string): Promise<void>;
}

/** What one boot source led to. */
interface Started {
  readonly from: 'ramdisk' | 'disk';
  readonly sha256: string;
  readonly disk: string | null;
  readonly hostname: string | null;
  readonly commandLine: string | null;
  readonly reason: string;
}

/**
 * One start of a machine: self-test, pending settings, then each boot source in turn until one leads to something.
 *
 *     POST ─▶ apply BIOS and Secure Boot ─▶ override, boot order … ─▶ OSBootStarted ─▶ OSRunning
 *                                                    └─▶ nothing bootable: SetupEntered
 *
 * @param signal aborted when power goes; the promise then rejects with its reason.
 */
export async function runFirmware(parts: FirmwareParts, signal: AbortSignal): Promise<void> {
  const { machine } = parts;
  progress(machine, 'PrimaryProcessorInitializationStarted');
  await machine.clock.sleep(machine.delays.post, signal);
  applySettings(machine);
  progress(machine, 'SystemHardwareInitializationComplete');
  const reasons: string[] = [];
  for (const candidate of machine.boot.takeCandidates()) {
    const outcome = await tryCandidate(parts, candidate, signal);
    signal.throwIfAborted();
    if (typeof outcome === 'string') {
      reasons.push(`${candidate.target} (${candidate.reason}): ${outcome}`);
      machine.log.write('boot', reasons.at(-1) ?? '');
      if (candidate.target === 'BiosSetup') break;
      continue;
    }
    reasons.push(`${candidate.target} (${candidate.reason}): ${outcome.reason}`);
    remember(machine, candidate.target, outcome, reasons);
    progress(machine, 'OSBootStarted');
    await machine.clock.sleep(outcome.from === 'ramdisk' ? machine.delays.ramdiskBoot : machine.delays.diskBoot, signal);
    progress(machine, 'OSRunning');
    if (outcome.commandLine !== null) await parts.startRamdisk(outcome.commandLine);
    return;
  }
  remember(machine, null, null, reasons);
  progress(machine, 'SetupEntered');
}

function applySettings(machine: Machine): void {
  const changed = machine.bios.apply(machine.clock.now());
  if (changed.length > 0) machine.log.write('bios', `BIOS settings applied: ${changed.join(', ')}`);
  machine.secureBoot.apply(machine.boot.mode);
  for (const work of machine.onNextStart.splice(0)) work();
}

function progress(machine: Machine, state: BootProgress): void {
  machine.bootProgress = state;
  machine.bootProgressAt = machine.clock.now();
}

function remember(machine: Machine, target: BootTarget | null, started: Started | null, reasons: readonly string[]): void {
  const record: BootRecord = {
    at: machine.clock.now(),
    from: started?.from ?? 'none',
    target,
    mode: machine.boot.mode,
    reasons: [...reasons],
    sha256: started?.sha256 ?? null,
    disk: started?.disk ?? null,
    hostname: started?.hostname ?? null,
    commandLine: started?.commandLine == null ? null : maskText(started.commandLine),
  };
  machine.lastBoot = record;
  const what = started ? `boots ${started.from} from ${target}` : 'nothing bootable was found';
  machine.log.write('boot', `${what}: ${reasons.at(-1) ?? 'no boot source is enabled'}`, {
    from: record.from,
    target,
    sha256: record.sha256,
    disk: record.disk,
    hostname: record.hostname,
  });
}

/** Tries one source; a text says why it leads to nothing. */
async function tryCandidate(parts: FirmwareParts, candidate: BootCandidate, signal: AbortSignal): Promise<Started | string> {
  const { machine } = parts;
  switch (candidate.target) {
    case 'Cd': {
      const medium = machine.media.get('Cd');
      return medium ? bootMedium(parts, medium, machine.media.verifies('Cd'), signal) : 'no medium in the drive';
    }
    case 'UefiHttp': {
      const uri = machine.boot.httpBootUri;
      if (machine.boot.mode !== 'UEFI') return 'HTTP boot needs boot mode UEFI';
      if (uri === null) return 'no HttpBootUri is set, and no DHCP server offers one';
      return bootMedium(parts, { image: uri, userName: null, password: null }, false, signal);
    }
    case 'Hdd':
      return bootDisks(parts, signal);
    case 'Pxe':
      return 'no network boot server answered';
    case 'Floppy':
    case 'Usb':
      return 'the medium holds no boot loader';
    case 'BiosSetup':
      return 'the setup menu waits for somebody at the console';
    case 'None':
      return 'no source';
    default:
      return candidate.target satisfies never;
  }
}

async function bootMedium(
  parts: FirmwareParts,
  medium: Pick<InsertedMedium, 'image' | 'userName' | 'password'>,
  verifyCertificate: boolean,
  signal: AbortSignal,
): Promise<Started | string> {
  const { machine } = parts;
  if (machine.faults.strike('media-fetch-failure', 'fetch of virtual media')) return 'the image could not be fetched: connection refused';
  const path = join(parts.scratchDir, 'medium.iso');
  try {
    const fetched = await fetchMedium(medium, path, { maxBytes: parts.maxMediumBytes, verifyCertificate, signal });
    const source = await openFileBytes(path);
    try {
      const { entry, loader, fitsMode, label } = await readBootIso(source, machine.boot.mode);
      const note = fitsMode ? '' : `, though the boot mode is ${machine.boot.mode}`;
      return {
        from: 'ramdisk',
        sha256: fetched.sha256,
        disk: null,
        hostname: null,
        commandLine: entry.commandLine,
        reason: `image ${label} of ${fetched.size} bytes starts /${entry.kernel} by ${loader}${note}`,
      };
    } finally {
      await source.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return `the image cannot be started: ${messageOf(error)}`;
  } finally {
    await rm(path, { force: true });
  }
}

async function bootDisks(parts: FirmwareParts, signal: AbortSignal): Promise<Started | string> {
  const problems: string[] = [];
  for (const { plan, path } of parts.disks) {
    signal.throwIfAborted();
    const device = await openFileDevice(path, { sectorSize: plan.sectorSize, readOnly: true });
    try {
      const found = await readBootDisk(device);
      return {
        from: 'disk',
        sha256: found.sha256,
        disk: plan.name,
        hostname: found.hostname,
        commandLine: null,
        reason: `${plan.name} (serial ${plan.serial}): ${found.scheme}, partition ${found.partition}`,
      };
    } catch (error) {
      problems.push(`${plan.name}: ${messageOf(error)}`);
    } finally {
      await device.close();
    }
  }
  return problems.join('; ') || 'the machine has no disk';
}
