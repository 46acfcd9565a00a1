import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from '../faults/world/chance.js';
import type { FaultWorld } from '../faults/world/fault-world.js';
import type { Gateway } from '../faults/world/gateway.js';
import { Traffic } from '../faults/world/traffic.js';
import { EventReader } from './event-reader.js';
import { HookEndpoint } from './hook-endpoint.js';
import type { Tally } from './tally.js';

export interface LoadSize {
  /** Operations in flight. */
  operations: number;
  /** Requests for lists and single things a second. */
  readsPerSecond: number;
  /** Readers of events; one in twenty takes nothing. */
  readers: number;
  exportEverySeconds: number;
}

const READS = [
  '/v1/protection-groups?pageSize=100',
  '/v1/protection-groups?siteId=eu-cloud&state=PROTECTED',
  '/v1/recovery-plans?pageSize=50',
  '/v1/operations?pageSize=50',
  '/v1/operations?state=SUCCEEDED&action=FAILOVER&orderBy=createdTime%20asc',
  '/v1/operations?siteId=berlin-dc&q=plan',
  '/v1/sites',
  '/v1/findings',
  '/v1/statistics',
  '/v1/reports/drill-coverage',
  '/v1/drills',
  '/v1/webhooks',
  '/v1/sites/eu-cloud',
  '/readyz',
  '/openapi.json',
];
/** What has to be refused is answered as well. */
const WRONG = [
  '/v1/operations/eu-cloud.none',
  '/v1/operations?nonsense=1',
  '/v1/operations?pageToken=x',
  '/v2/nothing',
];
const STREAMS = [
  '/v1/events?siteId=eu-cloud',
  '/v1/events?provider=srm&type=operation.accepted,operation.succeeded',
];
const EVERY_NTH_TAKES_NOTHING = 20;

/** Steady work of every kind, from one process: what people, frontends and services ask of the gateway. */
export class Load {
  private readonly leaving = new AbortController();
  private readonly underway: Promise<unknown>[] = [];

  private constructor(
    private readonly world: FaultWorld,
    private readonly size: LoadSize,
    private readonly tally: Tally,
    private readonly chance: Chance,
    private readonly traffic: Traffic,
    private readonly endpoint: HookEndpoint,
  ) {}

  static async begin(world: FaultWorld, size: LoadSize, tally: Tally, seed: number): Promise<Load> {
    const chance = new Chance(seed);
    const traffic = await Traffic.over(world, chance);
    const endpoint = await HookEndpoint.open(tally, chance);
    const load = new Load(world, size, tally, chance, traffic, endpoint);
    setMaxListeners(0, load.leaving.signal);
    await load.subscribe();
    world.events.on(({ type, state }) => {
      tally.add('events');
      if (type === 'operation.accepted') tally.add('operations accepted');
      if (['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED', 'UNKNOWN'].includes(state))
        tally.add(`operations ${state}`);
    });
    traffic.keep(size.operations);
    load.underway.push(load.read(), load.export(), ...load.listen());
    return load;
  }

  /** Resolves when nothing is asked any more and what was asked for has ended, or the limit is over. */
  async end(limitMs = 30_000): Promise<void> {
    this.leaving.abort();
    await this.traffic.rest();
    const deadline = performance.now() + limitMs;
    while (this.traffic.inFlight().length > 0 && performance.now() < deadline) await sleep(200);
    await Promise.all(this.underway);
    for (const [word, times] of this.traffic.refusals) this.tally.add(`actions refused ${word}`, times);
    await this.endpoint.close();
  }

  private async subscribe(): Promise<void> {
    const wanted = [
      { url: this.endpoint.url('everything') },
      { url: this.endpoint.url('ends'), eventTypes: ['operation.succeeded', 'operation.failed'] },
      { url: this.endpoint.url('one-site'), siteIds: ['eu-cloud'] },
    ];
    for (const body of wanted) {
      const { status } = await this.world.gateway.ask('POST', '/v1/webhooks', body);
      if (status !== 201) throw new Error(`the webhook was answered with ${status}`);
    }
  }

  private async read(): Promise<void> {
    const pause = 1_000 / this.size.readsPerSecond;
    while (!this.leaving.signal.aborted) {
      const path = this.chance.next() < 0.05 ? this.chance.one(WRONG) : this.path();
      const asked = this.ask(path);
      await this.pause(pause);
      await asked;
    }
  }

  private path(): string {
    const some = this.traffic.inFlight();
    const one = some.length > 0 && this.chance.next() < 0.3 ? this.chance.one(some) : null;
    if (!one) return this.chance.one(READS);
    return this.chance.one([`/v1/operations/${one.id}`, `/v1/recovery-plans/${one.plan.id}/actions`]);
  }

  private async export(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      await this.pause(this.size.exportEverySeconds * 1_000);
      if (this.leaving.signal.aborted) return;
      await this.ask(`/v1/operations/export?format=${this.chance.one(['ndjson', 'csv'])}`);
    }
  }

  private listen(): Promise<void>[] {
    const everybody = Array.from({ length: this.size.readers }, (_, i) => i);
    return everybody.map(async (i) => {
      await this.pause(this.chance.between(0, 10_000));
      const takesNothing = i % EVERY_NTH_TAKES_NOTHING === EVERY_NTH_TAKES_NOTHING - 1;
      const reader = new EventReader(this.chance, this.tally, takesNothing);
      await reader.comeAndGo(
        () => this.someApi(),
        () => this.stream(),
        this.leaving.signal,
      );
    });
  }

  /** null = everything. */
  private stream(): string | null {
    const roll = this.chance.next();
    const [one] = this.traffic.inFlight();
    if (roll < 0.6) return null;
    return roll < 0.8 && one ? `/v1/operations/${one.id}/events` : this.chance.one(STREAMS);
  }

  private async ask(path: string): Promise<void> {
    const { status } = await this.someApi().ask('GET', path);
    const kind = path.includes('/export') ? 'exports' : 'reads';
    this.tally.add(`${kind} ${status === 0 ? 'without an answer' : status}`);
  }

  private someApi(): Gateway {
    return this.chance.one(this.world.gateways);
  }

  private pause(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.leaving.signal }).catch(() => undefined);
  }
}
