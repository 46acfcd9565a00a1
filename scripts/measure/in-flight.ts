import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayClient, SeenOperation, SeenPlan } from './gateway-client.js';
import { eachOf } from './pace.js';
import type { Level } from './scale.js';
import type { SimulatedSite, SiteKind } from './simulated-site.js';
import { spread, type Spread } from './statistics.js';
import type { TrafficView } from '../../simulators/engine/traffic.js';

export const SITE_IDS: Record<SiteKind, string> = { sdrs: 'eu-cloud', srm: 'berlin-dc' };

/** An operation of ours whose work goes on upstream. */
export interface InFlight {
  operationId: string;
  planName: string;
  jobId: string;
}

export interface LevelFigures {
  kind: SiteKind;
  inFlight: number;
  windowSeconds: number;
  traffic: TrafficView;
  /** From the end upstream to the verdict, milliseconds. */
  verdicts: Spread;
  /** Those that were ended upstream and had no verdict in time, or another than SUCCEEDED. */
  missing: string[];
}

const ACCEPTED_AT_A_TIME = 4;
/** Not more is waited for at once: what was looked at too long ago is looked at anew before it is sent. */
const SENT_AT_A_TIME = 20;

/** Starts failovers of plans that had none, until so many go on at the site. */
export async function bringInFlight(
  api: GatewayClient,
  site: SimulatedSite,
  flights: InFlight[],
  begun: Set<string>,
  wanted: number,
): Promise<string[]> {
  const siteId = SITE_IDS[site.kind];
  const plans = (await api.all<SeenPlan>(`/v1/recovery-plans?siteId=${siteId}&pageSize=1000`))
    .filter(({ name }) => /-\d{4}$/.test(name) && !begun.has(name))
    .slice(0, wanted - flights.length);
  const subjects = await site.subjects();
  const refused: string[] = [];
  for (let from = 0; from < plans.length; from += SENT_AT_A_TIME) {
    const some = plans.slice(from, from + SENT_AT_A_TIME);
    for (const { name } of some) begun.add(name);
    const answers = await eachOf(some, ACCEPTED_AT_A_TIME, ({ id }) => api.failOver(id));
    const accepted = new Map<string, string>();
    for (const [index, answer] of answers.entries()) {
      const name = some[index]?.name ?? '';
      if ('id' in answer) accepted.set(name, answer.id);
      else refused.push(`${name}: ${answer.refused}`);
    }
    const jobs = await jobsOf(site, subjects, [...accepted.keys()]);
    for (const [planName, operationId] of accepted)
      flights.push({ operationId, planName, jobId: jobs.get(planName) ?? '' });
  }
  return refused;
}

const SENT_WITHIN_MS = 120_000;

/** Waits until all of them were sent and go on upstream; the ids of their jobs, by name. */
async function jobsOf(
  site: SimulatedSite,
  subjects: Map<string, string>,
  names: readonly string[],
): Promise<Map<string, string>> {
  const deadline = performance.now() + SENT_WITHIN_MS;
  for (;;) {
    const begun = await site.begun();
    const jobs = new Map(names.map((name) => [name, begun.get(subjects.get(name) ?? '') ?? '']));
    const missing = names.filter((name) => jobs.get(name) === '');
    if (missing.length === 0) return jobs;
    if (performance.now() > deadline)
      throw new Error(
        `${missing.length} of ${names.length} were not sent to ${site.kind}: ${missing.slice(0, 5).join(', ')}`,
      );
    await sleep(100);
  }
}

/**
 * Counts what comes in at the site while the gateway watches, and ends some of the work: how long it
 * takes until each of those has its verdict.
 */
export async function measureLevel(
  api: GatewayClient,
  site: SimulatedSite,
  flights: InFlight[],
  { windowMs, ends }: Level,
): Promise<LevelFigures> {
  const inFlight = flights.length;
  await site.forgetTraffic();
  const startedAt = performance.now();
  const ended: { flight: InFlight; at: number }[] = [];
  for (let index = 0; index < ends; index += 1) {
    await sleepUntil(startedAt + ((index + 0.5) * windowMs) / ends);
    const flight = flights.shift();
    if (!flight) break;
    ended.push({ flight, at: Date.now() });
    await site.finish(flight.planName, flight.jobId);
  }
  await sleepUntil(startedAt + windowMs);
  const traffic = await site.traffic();
  const { delays, missing } = await verdictsOf(api, ended);
  const verdicts = spread(delays);
  return { kind: site.kind, inFlight, windowSeconds: windowMs / 1000, traffic, verdicts, missing };
}

/** Ends everything that still goes on, as fast as the site can, and waits for every verdict. */
export async function measureEnds(
  api: GatewayClient,
  site: SimulatedSite,
  flights: InFlight[],
): Promise<{ kind: SiteKind; verdicts: Spread; missing: string[]; traffic: TrafficView }> {
  await site.forgetTraffic();
  const ended: { flight: InFlight; at: number }[] = [];
  for (const flight of flights.splice(0)) {
    ended.push({ flight, at: Date.now() });
    await site.finish(flight.planName, flight.jobId);
  }
  const { delays, missing } = await verdictsOf(api, ended);
  return { kind: site.kind, verdicts: spread(delays), missing, traffic: await site.traffic() };
}

const VERDICT_WITHIN_MS = 120_000;

async function verdictsOf(api: GatewayClient, ended: readonly { flight: InFlight; at: number }[]) {
  const delays: number[] = [];
  const missing: string[] = [];
  const deadline = performance.now() + VERDICT_WITHIN_MS;
  let open = [...ended];
  while (open.length > 0) {
    const late = performance.now() > deadline;
    const seen = await eachOf(open, ACCEPTED_AT_A_TIME, ({ flight }) => api.operation(flight.operationId));
    open = open.filter(({ flight, at }, index) => {
      const operation = seen[index] as SeenOperation;
      if (!operation.done && !late) return true;
      if (operation.state === 'SUCCEEDED')
        delays.push(Math.max(0, Date.parse(operation.endedTime ?? '') - at));
      else missing.push(`${flight.planName}: ${operation.state} ${operation.error?.code ?? ''}`.trim());
      return false;
    });
    if (open.length > 0) await sleep(Math.min(5000, 250 + open.length * 5));
  }
  return { delays, missing };
}

async function sleepUntil(instant: number): Promise<void> {
  await sleep(Math.max(0, instant - performance.now()));
}
