import type { Simulator } from '../../../../simulators/engine/simulator.js';
import { Refusal } from './errors.js';

export interface Ship {
  id: string;
  title: string;
  home: string;
  away: string;
}

export interface Group {
  id: string;
  title: string;
  note: string | null;
  phase: string;
  moored: 'home' | 'away';
  founded: string;
  ships: Ship[];
}

export interface Job {
  id: string;
  kind: Kind;
  group: string;
  stage: 'UNDER_WAY' | 'DONE' | 'FAILED';
  trouble: Trouble | null;
  beganAt: number;
  endsAt: number;
}

export interface Trouble {
  code: string;
  text: string;
}

export interface TidewaterState {
  groups: Group[];
  jobs: Job[];
  /** Of groups and jobs: numbers are not given twice. */
  lastNumber: number;
}

export interface TidewaterSettings {
  token: string;
  jobMs: number;
  /** What the next job fails of; null = it goes well. */
  nextTrouble: Trouble | null;
}

export type Tidewater = Simulator<TidewaterState, TidewaterSettings>;

interface Course {
  from: readonly string[];
  through: string;
  /** null = the group is gone. */
  to: string | null;
  orElse: string;
}

/** The table of section 4. */
const COURSES = {
  FOUND: { from: ['founding'], through: 'founding', to: 'slack', orElse: 'wrecked' },
  SINK: { from: ['slack', 'wrecked'], through: 'sinking', to: null, orElse: 'wrecked' },
  TIDE_IN: { from: ['slack', 'wrecked'], through: 'flooding', to: 'afloat', orElse: 'wrecked' },
  TIDE_OUT: { from: ['afloat'], through: 'ebbing', to: 'slack', orElse: 'wrecked' },
  CALM: { from: ['afloat', 'aground'], through: 'crossing', to: 'beached', orElse: 'aground' },
  STORM: { from: ['afloat', 'aground'], through: 'crossing', to: 'beached', orElse: 'aground' },
  TURN: { from: ['beached', 'adrift'], through: 'turning', to: 'afloat', orElse: 'adrift' },
  REHEARSE: { from: ['afloat'], through: 'gathering', to: 'rehearsing', orElse: 'littered' },
  SWEEP: { from: ['rehearsing', 'littered'], through: 'sweeping', to: 'afloat', orElse: 'littered' },
} as const satisfies Record<string, Course>;

export type Kind = keyof typeof COURSES;

/** What is to happen when a job ends; it happens also when nobody remembers the job. */
export interface Ended {
  jobId: string;
  groupId: string;
  kind: Kind;
  trouble: Trouble | null;
}

export function begin(simulator: Tidewater, kind: Kind, group: Group): Job {
  const { state, settings } = simulator;
  const { from, through }: Course = COURSES[kind];
  if (!from.includes(group.phase)) {
    throw new Refusal(
      'WRONG_PHASE',
      `${group.id} is ${group.phase}; it would have to be ${from.join(' or ')}.`,
    );
  }
  group.phase = through;
  const trouble = settings.nextTrouble;
  settings.nextTrouble = null;
  const job: Job = {
    id: `j-${(state.lastNumber += 1)}`,
    kind,
    group: group.id,
    stage: 'UNDER_WAY',
    trouble: null,
    beganAt: simulator.instant,
    endsAt: simulator.instant + settings.jobMs,
  };
  state.jobs.push(job);
  simulator.executed(kind, group.id, job.id);
  const ended: Ended = { jobId: job.id, groupId: group.id, kind, trouble };
  simulator.schedule(settings.jobMs, 'job-ends', { ...ended });
  return job;
}

export function finish(state: TidewaterState, { jobId, groupId, kind, trouble }: Ended): void {
  const job = state.jobs.find(({ id }) => id === jobId);
  if (job) Object.assign(job, { stage: trouble ? 'FAILED' : 'DONE', trouble });
  const group = state.groups.find(({ id }) => id === groupId);
  const { to, orElse }: Course = COURSES[kind];
  if (!group) return;
  if (!trouble && to === null) state.groups = state.groups.filter((other) => other !== group);
  group.phase = trouble ? orElse : (to ?? group.phase);
  const moved = !trouble && (kind === 'CALM' || kind === 'STORM');
  if (moved) group.moored = group.moored === 'home' ? 'away' : 'home';
}
