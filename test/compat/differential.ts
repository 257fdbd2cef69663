/**
 * Sends the same requests to OpenStack Ironic (Debian's packages, started here on loopback) and to Wrought, and compares status, form of
 * errors, keys of bodies and headers.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from '../../bench/peer/contender.ts';
import { startDebianIronic, tailOfLogs } from '../../bench/peer/start-debian-ironic.ts';
import { startWrought } from '../../bench/peer/start-wrought.ts';
import { isJsonObject } from '../../src/model/json.ts';
import type { Difference } from './known-differences.ts';
import { type Observation, observe, PARTS, type Part } from './observe.ts';
import { type CompatRequest, idOf } from './request.ts';
import { REQUESTS } from './requests.ts';

const SETTLE_MS = 30_000;

/** Starts both services in a directory of its own, asks both, stops both. @throws Error with the ends of their logs when one fails. */
export async function differential(): Promise<Difference[]> {
  const directory = await mkdtemp(join(tmpdir(), 'wrought-compat-'));
  const started: Contender[] = [];
  try {
    const start = async (name: string, how: (home: string) => Promise<Contender>): Promise<string> => {
      const home = join(directory, name);
      await mkdir(home);
      const contender = await how(home);
      started.push(contender);
      return contender.apiUrl;
    };
    const peer = await start('peer', startDebianIronic);
    const wrought = await start('wrought', startWrought);
    return await compare(peer, wrought);
  } catch (error) {
    throw new Error(`the comparison broke off\n${await tailOfLogs(directory)}`, { cause: error });
  } finally {
    for (const contender of started.toReversed()) await contender.stop();
    await rm(directory, { recursive: true });
  }
}

async function compare(peerUrl: string, wroughtUrl: string): Promise<Difference[]> {
  const [theirs, ours] = await Promise.all([hostOf(peerUrl), hostOf(wroughtUrl)]);
  const differences: Difference[] = [];
  for (const request of REQUESTS) {
    const [peer, wrought] = await Promise.all([observe(peerUrl, on(theirs, request)), observe(wroughtUrl, on(ours, request))]);
    for (const part of PARTS) {
      if (peer[part] !== wrought[part]) differences.push(difference(request, part, peer, wrought));
    }
    if (request.settles !== undefined) await Promise.all([settled(peerUrl, request.settles), settled(wroughtUrl, request.settles)]);
  }
  return differences;
}

const on = (host: string, request: CompatRequest): CompatRequest => ({ ...request, path: request.path.replace('{host}', host) });

async function hostOf(apiUrl: string): Promise<string> {
  const answer = await fetch(`${apiUrl}/v1/conductors`, { headers: { 'x-openstack-ironic-api-version': '1.82' } });
  const body: unknown = await answer.json();
  const first = isJsonObject(body) && Array.isArray(body.conductors) ? body.conductors[0] : undefined;
  if (!isJsonObject(first)) throw new Error(`${apiUrl} names no conductor`);
  return String(first.hostname);
}

function difference(request: CompatRequest, part: Part, peer: Observation, wrought: Observation): Difference {
  const [theirs, ours] = part === 'keys' ? onlyHere(peer.keys, wrought.keys) : [String(peer[part]), String(wrought[part])];
  return { request: idOf(request), part, peer: theirs, wrought: ours, texts: [peer.text, wrought.text] };
}

/** Of two lists of keys what only one of them has. */
function onlyHere(peer: string, wrought: string): [string, string] {
  const words = (text: string): string[] => text.split(' ');
  const without = (all: string[], others: string[]): string => all.filter((word) => !others.includes(word)).join(' ');
  return [`+ ${without(words(peer), words(wrought))}`, `+ ${without(words(wrought), words(peer))}`];
}

async function settled(apiUrl: string, node: string): Promise<void> {
  const limit = Date.now() + SETTLE_MS;
  while (Date.now() < limit) {
    const answer = await fetch(`${apiUrl}/v1/nodes/${node}?fields=reservation,provision_state,target_power_state`, {
      headers: { 'x-openstack-ironic-api-version': '1.82' },
    });
    const now: unknown = await answer.json();
    // A node that is gone rests as well.
    if (!isJsonObject(now) || answer.status === 404) return;
    if (now.reservation === null && now.target_power_state === null && !/ing$|wait/.test(String(now.provision_state))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`node ${node} at ${apiUrl} does not come to rest`);
}
