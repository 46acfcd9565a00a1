import { operationSettings } from '../../src/operations/settings.js';
import { isVerdict } from '../../src/domain/operation.js';
import { SiteMemory } from '../../src/providers/provider-driver.js';
import { Chance } from './chance.js';
import { Api, Worker, type House, type Machinery } from './house.js';
import { Judge, type Finding } from './judge.js';
import { Network, type Weather } from './network.js';
import { People } from './people.js';
import { RedisServer } from './redis-server.js';
import type { Rules } from './rules.js';
import { useMachine } from './runtime.js';
import { Folder } from './sim-journal.js';
import { SdrsWire } from './sdrs-wire.js';
import { SrmWire } from './srm-wire.js';
import type { Fates, Surroundings } from './sim-process.js';
import { SimQueue } from './sim-queue.js';
import { BEGINNING, Timeline } from './timeline.js';
import { Trace } from './trace.js';

const MINUTE = 60_000;
/** From then on nothing goes wrong any more: what was promised must end. */
const CALM_BEFORE_THE_END_MS = 4 * MINUTE;
const CALM_AFTER_MS = 20 * MINUTE;
const LONGEST_MS = 12 * 60 * MINUTE;

/** Steps at which a fault would hurt most are met by more of them. */
const TENDER: ReadonlySet<string> = new Set([
  'INTENT',
  'connect',
  'write',
  'ACCEPTED',
  'AMBIGUOUS',
  'NOT_SENT',
  'accept',
  'VERDICT',
]);

export interface RunResult {
  seed: number;
  findings: Finding[];
  operations: number;
  executions: number;
  unknown: number;
  /** Sends of which it was not known at first whether they arrived. */
  ambiguous: number;
  /** Whoever needed a person in the end, or has none. */
  crashes: number;
  virtualMs: number;
  events: number;
  trace: string[];
}

/** One story: a site, some people, some processes, and what befalls them. The same seed and rules tell the same one. */
export async function run(seed: number, rules: Rules = {}, keepsTrace = false): Promise<RunResult> {
  const timeline = new Timeline();
  const chance = new Chance(Math.imul(seed, 0x9e3779b1));
  const trace = new Trace(timeline, keepsTrace);
  const isCalm = (): boolean => timeline.now - BEGINNING > CALM_AFTER_MS;
  const climate = climateOf(chance, timeline, rules);
  let crashes = 0;

  const world: Surroundings = { timeline, chance, trace, fatesAt };
  const server = new RedisServer(timeline, chance, trace, rules.waits ?? true, () =>
    isCalm() ? 0 : climate.lostReplies,
  );
  const wish = { timeline, chance, failing: rules.failing ?? 0.1, ...climate.upstream };
  const wire = chance.happens(0.5) ? new SdrsWire(wish) : new SrmWire(wish);
  const judge = new Judge(server.redis, wire.ledger, trace);
  const network = new Network(timeline, chance, trace, wire, () => (isCalm() ? CALM : climate.weather));
  useMachine(network);
  network.onWrite = ({ operationId }) => judge.happened(operationId, 'a request left');
  const begin = wire.ledger.begin.bind(wire.ledger);
  wire.ledger.begin = (execution) => {
    judge.begins(execution.operationId, wire.sightOf(execution.targetId));
    trace.say(
      () =>
        `*   ${execution.action} of ${execution.targetId} begins for ${execution.operationId ?? 'somebody else'}`,
    );
    return begin(execution);
  };
  const accept = server.redis.accept.bind(server.redis);
  server.redis.accept = (operation, ...others) => {
    const isNew = !server.redis.records.has(operation.id);
    const answer = accept(operation, ...others);
    if (answer.kind === 'ACCEPTED' && isNew && !operation.parentId) {
      judge.accepted(operation, wire.sightOf(operation.command.targetNativeId ?? ''));
    }
    return answer;
  };
  const tell = server.redis.tell.bind(server.redis);
  server.redis.tell = (event) => {
    trace.say(() => `${event.operationId} ${event.type}: ${event.text}`);
    judge.heard(event);
    tell(event);
  };
  rules.redis?.(server.redis);

  const queue = new SimQueue(timeline, () => server.isUp);
  const settings = {
    ...operationSettings({ pollIntervalMs: 15_000, submitTimeoutMs: 30_000, quarantineMs: 100_000 }),
    ...rules.settings,
  };
  const house: House = { world, server, queue, wire, judge, settings, rules };
  const memory = new Memory();
  const apis = new Set<Api>();
  let incarnations = 0;

  const keepWorker = (on: Machinery): void => {
    const worker = new Worker(house, `worker ${(incarnations += 1)}`, on);
    worker.process.onDeath(() => {
      crashes += 1;
      timeline.after(chance.between(1_000, 30_000), () => keepWorker(on));
    });
  };
  const keepApi = (on: Machinery): void => {
    const api = new Api(house, `api ${(incarnations += 1)}`, on);
    apis.add(api);
    api.process.onDeath(() => {
      crashes += 1;
      apis.delete(api);
      timeline.after(chance.between(1_000, 30_000), () => keepApi(on));
    });
  };
  const people = new People(house, () => {
    const all = [...apis].filter(({ process }) => !process.isFrozen);
    return all[Math.floor(chance.next() * all.length)] ?? null;
  });

  let isOver = false;
  const lookWhetherOver = (): void => {
    const open = [...server.redis.records.values()].some(
      ({ record: { state } }) => !isVerdict(state) && state !== 'UNKNOWN',
    );
    const runs = wire.ledger.executions.some(({ end }) => end === null);
    // What a storm has lost is written back within minutes.
    const isCalm = timeline.now >= lastStormMs + CALM_BEFORE_THE_END_MS;
    isOver = isCalm && people.busy === 0 && !open && !runs && network.underWay === 0;
    if (!isOver) timeline.after(20_000, lookWhetherOver);
  };

  for (let i = 0; i < 2; i += 1) {
    const machine = { memory, folder: new Folder(`machine ${i}`) };
    keepWorker(machine);
    keepApi(machine);
  }
  const lastStormMs = climate.plan(server, queue);
  people.begin();
  timeline.after(20_000, lookWhetherOver);
  await timeline.run(() => isOver, BEGINNING + LONGEST_MS);
  judge.conclude();

  const records = [...server.redis.records.values()].map(({ record }) => record);
  return {
    seed,
    findings: judge.findings,
    operations: records.length,
    executions: wire.ledger.executions.length,
    unknown: judge.unknownTold.size,
    ambiguous: judge.ambiguous.size,
    crashes,
    virtualMs: timeline.now - BEGINNING,
    events: timeline.happened,
    trace: trace.lines,
  };

  function fatesAt(step: string): Fates {
    if (isCalm()) return { crash: 0, freeze: 0, freezeMs: 1 };
    const times = TENDER.has(step) ? 4 : 1;
    const { crash, freeze, freezeMs } = climate.fates;
    return { crash: crash * times, freeze: freeze * times, freezeMs };
  }
}

const CALM: Weather = {
  badReads: 0,
  refusedConnections: 0,
  slow: 0,
  slowMs: 0,
  lostRequests: 0,
  lostAnswers: 0,
  spoiltAnswers: 0,
  outages: [],
  frozenWrites: 0,
};

/** How hard a time this run has: some have none at all, some have everything at once. */
function climateOf(chance: Chance, timeline: Timeline, rules: Rules) {
  const hard = chance.oneOf([0, 0.2, 1, 1, 2]);
  const outageFrom = BEGINNING + chance.between(0, 5 * MINUTE);
  const weather: Weather = {
    badReads: 0.03 * hard,
    refusedConnections: 0.1 * hard,
    slow: 0.3 * hard,
    slowMs: chance.happens(0.2) ? 60_000 : 20_000,
    lostRequests: 0.05 * hard,
    lostAnswers: 0.1 * hard,
    spoiltAnswers: 0.08 * hard,
    outages: chance.happens(0.2 * hard) ? [[outageFrom, outageFrom + chance.between(1_000, 3 * MINUTE)]] : [],
    frozenWrites: 0,
    ...rules.weather,
  };
  const fates: Fates = {
    crash: chance.oneOf([0, 0.002, 0.01, 0.02]) * hard,
    freeze: chance.oneOf([0, 0.002, 0.01]) * hard,
    freezeMs: chance.oneOf([8_000, 40_000, 180_000]),
  };
  const storms = hard === 0 ? 0 : chance.happens(0.5) ? (chance.happens(0.3) ? 2 : 1) : 0;
  return {
    weather,
    fates,
    lostReplies: 0.01 * hard,
    upstream: {
      tokenMs: chance.happens(0.2) ? 70_000 : 24 * 60 * MINUTE,
      forgetsAfterMs: chance.happens(0.2) ? chance.between(1_000, 60_000) : 24 * 60 * MINUTE,
    },
    /** @returns when the last storm begins */
    plan(server: RedisServer, queue: SimQueue): number {
      let lastStormMs = BEGINNING;
      for (let i = 0; i < storms; i += 1) {
        // Mostly while something is being promised and sent.
        const at = chance.happens(0.7) ? chance.between(0, 8_000) : chance.between(0, 8 * MINUTE);
        const cutMs = chance.happens(0.5) ? chance.between(0, 2_000) : 0;
        const awayMs = chance.between(50, 8_000);
        lastStormMs = Math.max(lastStormMs, BEGINNING + at);
        const kind = chance.oneOf([
          'FAILOVER',
          'FAILOVER',
          'FAILOVER',
          'RESTART',
          'QUEUE',
          'OLD_COPY',
          'EMPTIED',
        ]);
        const oldCopyMs = chance.oneOf([1_000, 10_000, 300_000]);
        if (kind === 'FAILOVER' && cutMs > 0) timeline.at(BEGINNING + at - cutMs, () => server.cutLink());
        timeline.at(BEGINNING + at, () => {
          if (kind === 'FAILOVER') server.failOver(chance.between(0, 2_000), awayMs);
          if (kind === 'RESTART') server.restart(awayMs);
          if (kind === 'OLD_COPY') server.rollBack(chance.between(0, oldCopyMs), awayMs);
          if (kind === 'EMPTIED') server.flush();
          if (kind !== 'RESTART') queue.lose(() => chance.happens(0.7));
        });
        timeline.at(BEGINNING + at + awayMs + 1, () => queue.hand());
      }
      return lastStormMs;
    },
  };
}

/** Where the first look at a site is kept; it outlives processes. */
class Memory extends SiteMemory {
  // The gateway has seen the site long before anybody acts there: home is where it was.
  private readonly kept = new Map(['p1', 'p2', 'ga', 'gs', 'gb'].map((id) => [`home/${id}`, 'vc-home']));

  rememberFirst(siteId: string, entries: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const answer = Object.entries(entries).map(([key, value]) => {
      const known = this.kept.get(key) ?? value;
      this.kept.set(key, known);
      return [key, known] as const;
    });
    return Promise.resolve(Object.fromEntries(answer));
  }
}
