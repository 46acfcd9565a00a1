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
  /** More than were brought in flight, if the machine was busy with other things. */
  wanted: number;
  inFlight: number;
  windowSeconds: number;
  traffic: TrafficView;
  /** From the end upstream to the verdict, milliseconds. */
  verdicts: Spread;
  /** Those that were ended upstream and had no verdict in time, or another than SUCCEEDED. */
  missing: string[];
  /** What was ended upstream, and when, by the wall clock. */
  ended: { jobId: string; at: number }[];
}

const ASKED_AT_A_TIME = 6;
/** No more than these wait to be sent: what was looked at too long ago is looked at anew first. */
const UNDER_WAY_AT_A_TIME = 8;
/** A machine that is busy with other things as well may not get there. */
const BROUGHT_WITHIN_MS = 240_000;
const SENT_WITHIN_MS = 60_000;

/** Starts failovers of plans that had none, until so many go on at the site, or the time is over. */
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
  const jobs = new JobWatch(site, await site.subjects());
  const refused: string[] = [];
  const end = performance.now() + BROUGHT_WITHIN_MS;
  await eachOf(plans, UNDER_WAY_AT_A_TIME, async ({ id, name }) => {
    if (performance.now() > end) return;
    begun.add(name);
    const answer = await api.failOver(id);
    if ('refused' in answer) {
      refused.push(`${name}: ${answer.refused}`);
      return;
    }
    const jobId = await jobs.jobOf(name, SENT_WITHIN_MS);
    if (jobId === null) refused.push(`${name}: not sent within ${SENT_WITHIN_MS / 1000} s`);
    else flights.push({ operationId: answer.id, planName: name, jobId });
  });
  jobs.stop();
  return refused;
}

/** Looks at what the site has begun to do, once for all who wait for it. */
class JobWatch {
  private begun = new Map<string, string>();
  private over = false;

  constructor(
    private readonly site: SimulatedSite,
    private readonly subjects: Map<string, string>,
  ) {
    void this.look();
  }

  /** null = it has not been begun in time. */
  async jobOf(name: string, withinMs: number): Promise<string | null> {
    const deadline = performance.now() + withinMs;
    const subject = this.subjects.get(name) ?? '';
    while (!this.begun.has(subject) && performance.now() < deadline) await sleep(50);
    return this.begun.get(subject) ?? null;
  }

  stop(): void {
    this.over = true;
  }

  private async look(): Promise<void> {
    while (!this.over) {
      this.begun = await this.site.begun().catch(() => this.begun);
      await sleep(150);
    }
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
  { inFlight: wanted, windowMs, ends }: Level,
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
  return {
    ...{ kind: site.kind, wanted, inFlight, windowSeconds: windowMs / 1000, traffic, verdicts, missing },
    ended: ended.map(({ flight: { jobId }, at }) => ({ jobId, at })),
  };
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
    const seen = await eachOf(open, ASKED_AT_A_TIME, ({ flight }) => api.operation(flight.operationId));
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
