import type { FastifyInstance } from 'fastify';
import { SimulatorClock } from './clock.js';
import type { Check } from './control-request.js';
import { Faults, type FaultRule } from './faults.js';
import { Journal, type Execution } from './journal.js';
import { SeededRandom } from './random.js';
import { Routes, type RouteReading } from './routes.js';
import { withSettings } from './settings.js';
import { Timeline, type TimelineEvent } from './timeline.js';
import { TrafficMeter } from './traffic.js';

export type { TimelineEvent } from './timeline.js';

/** Which requests of a service the named faults strike. */
export interface Traffic {
  /** What starts or changes something; log-ins and questions asked by POST left out. */
  changes: Pick<FaultRule, 'method' | 'path'>;
  lists: Pick<FaultRule, 'method' | 'path'>;
  /** The status of an answer that accepts work. */
  accepted: number;
}

/** A fault with a name: a rule for requests, or something done to the world at once. */
export interface Preset<State extends object, Settings extends object> {
  sentence: string;
  rule?: FaultRule;
  /** What may be said beside the name of a preset that is no rule. */
  fields?: Record<string, Check<unknown>>;
  act?(simulator: Simulator<State, Settings>, given: Record<string, unknown>): object;
}

/**
 * What one simulated service brings: its first world, its rules and its HTTP routes. `State` and
 * `Settings` are plain JSON, so that the whole world can be saved and set up by a test.
 */
export interface SimulatorDefinition<State extends object, Settings extends object> extends RouteReading {
  readonly name: string;
  /** The request header that a session is known by; absent = sessions are not told apart. */
  readonly sessionHeader?: string;
  readonly defaultSettings: Settings;
  /** What each setting may be, for those that come over the control API. */
  readonly settingChecks: { [Name in keyof Settings]-?: Check<unknown> };
  /** Which requests the named faults strike. */
  readonly traffic: Traffic;
  /** Named faults of this service alone. */
  readonly presets: Readonly<Record<string, Preset<State, Settings>>>;
  /** A small believable world. `simulator.random` and `simulator.clock` may be used. */
  seed(simulator: Simulator<State, Settings>): State;
  /** One due event. `simulator.instant` is the event's own time. */
  happen(simulator: Simulator<State, Settings>, event: TimelineEvent): void;
  /** The service's own HTTP surface. Sees no control calls. */
  routes(app: FastifyInstance, simulator: Simulator<State, Settings>): void;
  /** Test hooks beyond the common ones, below `/_sim/`. */
  controls?(app: FastifyInstance, simulator: Simulator<State, Settings>): void;
  /** The service's own body for a status that a fault rule asks for without a body. */
  errorBody?(status: number): unknown;
}

export interface SimulatorSnapshot<State, Settings> {
  name: string;
  clockOffsetMs: number;
  seed: number;
  state: State;
  settings: Settings;
  timeline: TimelineEvent[];
  executions: Execution[];
}

export class Simulator<State extends object = object, Settings extends object = object> {
  readonly clock: SimulatorClock;
  readonly faults: Faults;
  readonly journal = new Journal();
  readonly routes: Routes;
  random: SeededRandom;
  settings: Settings;
  state: State;
  readonly traffic = new TrafficMeter();
  private timeline = new Timeline();
  private applying: number | null = null;
  private atConsole = false;

  constructor(
    readonly definition: SimulatorDefinition<State, Settings>,
    options: { clock?: SimulatorClock; seed?: number; settings?: Partial<Settings> } = {},
  ) {
    this.clock = options.clock ?? new SimulatorClock();
    this.random = new SeededRandom(options.seed ?? 1);
    this.faults = new Faults(chanceOfFaults(options.seed));
    this.routes = new Routes(definition);
    this.settings = withSettings(definition.defaultSettings, options.settings);
    this.state = definition.seed(this);
  }

  /** The instant the rules should believe in: a due event's own time, else now. */
  get instant(): number {
    return this.applying ?? this.clock.now();
  }

  schedule(afterMs: number, kind: string, payload: Record<string, unknown> = {}): void {
    this.timeline.plan(this.instant + afterMs, kind, payload);
  }

  /** Events still to come, soonest first. */
  pending(): readonly TimelineEvent[] {
    return this.timeline.list();
  }

  /** Lets go of events that will no longer happen (a cancelled run). */
  unschedule(matches: (event: TimelineEvent) => boolean): void {
    this.timeline.drop(matches);
  }

  /** Brings the world up to now: every due event, in order of time. Called before each request. */
  settle(): void {
    for (;;) {
      const due = this.timeline.takeDue(this.clock.now());
      if (!due) return;
      this.applying = due.at;
      try {
        this.definition.happen(this, due);
      } finally {
        this.applying = null;
      }
    }
  }

  /** Notes that the service accepted and began a piece of work: the ledger tests judge by. */
  executed(action: string, targetId: string, jobId: string | null = null): void {
    const by = this.atConsole ? { by: 'console' as const } : {};
    this.journal.execute(this.instant, { action, targetId, jobId, ...by });
  }

  /** What is begun in here is begun at the vendor's console, not by a client. */
  console<T>(begin: () => T): T {
    this.atConsole = true;
    try {
      return begin();
    } finally {
      this.atConsole = false;
    }
  }

  /** Begins anew, with the definition's own world or the given one; a paused clock at its first instant. */
  reset(options: { seed?: number; settings?: Partial<Settings>; state?: State } = {}): void {
    this.clock.restart();
    this.random = new SeededRandom(options.seed ?? 1);
    this.settings = withSettings(this.definition.defaultSettings, options.settings);
    this.timeline = new Timeline();
    this.faults.restart(chanceOfFaults(options.seed));
    this.journal.restart();
    this.routes.clear();
    this.traffic.clear();
    this.state = options.state ?? this.definition.seed(this);
  }

  snapshot(): SimulatorSnapshot<State, Settings> {
    return {
      name: this.definition.name,
      clockOffsetMs: this.clock.offset,
      seed: this.random.seed,
      state: this.state,
      settings: this.settings,
      timeline: [...this.timeline.list()],
      executions: [...this.journal.executions()],
    };
  }

  restore(snapshot: SimulatorSnapshot<State, Settings>): void {
    this.clock.restoreOffset(snapshot.clockOffsetMs);
    this.random = new SeededRandom(snapshot.seed);
    this.state = snapshot.state;
    this.settings = withSettings(this.definition.defaultSettings, snapshot.settings);
    this.timeline.restore(snapshot.timeline);
    this.journal.restoreExecutions(snapshot.executions);
  }
}

/** A generator beside the world's: the same seed, another story. */
const chanceOfFaults = (seed = 1): SeededRandom => new SeededRandom(seed ^ 0x5f3759df);
