import { flag, oneOf, text, whole } from '../engine/control-request.js';
import type { Preset, Traffic } from '../engine/simulator.js';
import { DOOM_HOWS, type Doom } from './run-state.js';
import { interruptRuns } from './runs.js';
import type { SrmSettings } from './settings.js';
import { hideTask, TASK_KINDS } from './tasks.js';
import type { SrmSim, World } from './world.js';

const BASE = '^(/site-b)?/api/rest/srm/v[12]';
/** Log-ins, checks and questions that are asked by POST change nothing. */
const CHANGES = `${BASE}/pairings(?!.*(/remote-session|/validate|/query-suitable-datastores|/retrieve-unassigned-datastore-groups)$)`;
const LISTS = `${BASE}/(tasks|pairings(/.*/(groups|plans|vms|issues|recovery-plans|protection-groups|test-networks|dependent-vms|replicated-vms|user-prompts|folders|networks|resources|storage-policies|placeholder-datastores)|/[^/]+/(issues|srms|vcenters))?)$`;

export const TRAFFIC: Traffic = {
  changes: { method: 'POST,PUT,DELETE', path: CHANGES },
  lists: { method: 'GET', path: LISTS },
  accepted: 202,
};

const TARGET = { action: oneOf(...Object.keys(TASK_KINDS)), planId: text };

/** Named faults that only this service has. */
export const PRESETS: Readonly<Record<string, Preset<World, SrmSettings>>> = {
  'expired-login': {
    sentence: 'Every session ends now: the next call meets an empty 401.',
    act: ({ state: world }) => {
      const expired = world.sessions.length;
      world.sessions = [];
      return { expired };
    },
  },
  'expired-remote-login': {
    sentence: 'The log-ins at the far site end now; the local sessions live on.',
    act: ({ state: world }) => {
      for (const session of world.sessions) session.remote = {};
      return { expired: world.sessions.length };
    },
  },
  'stuck-job': {
    sentence: 'The next task (of kind `action`, of the plan `planId`) never ends.',
    fields: TARGET,
    act: (sim, given) => awaiting(sim, { ...given, how: 'stuck' }),
  },
  'failed-job': {
    sentence: 'The next task (of kind `action`, of the plan `planId`) ends in ERROR, in the way `how` says.',
    fields: { ...TARGET, how: oneOf(...DOOM_HOWS), message: text, details: text },
    act: (sim, given) => awaiting(sim, given),
  },
  'job-forgotten': {
    sentence: 'Every task there is now answers 404 from now on, while its work goes on.',
    act: ({ state: world }) => {
      world.tasks.forEach(hideTask);
      return { forgotten: world.tasks.length };
    },
  },
  'limiter-windows': {
    sentence: 'The rate limiter is on: per window 50 requests a session, 100 an address, 1000 the service.',
    fields: { sessionQuota: whole(), addressQuota: whole(), serviceQuota: whole(), retryAfter: flag },
    act: (sim, given) => Object.assign(sim.settings, given, { limiter: true }),
  },
  'remote-site-down': {
    sentence: 'Site b does not answer, and site a knows that (PATCH /_sim/sites/b brings it back).',
    act: ({ state: world }) => ({ up: (world.sites.b.up = false) }),
  },
  'link-down': {
    sentence: 'Both sites live, but cannot talk to each other (PATCH /_sim/link mends it).',
    act: ({ state: world }) => ({ up: (world.link = false) }),
  },
  'server-death': {
    sentence:
      'The server dies in the middle of its runs: they end in …_INTERRUPTED, tasks and sessions are lost.',
    act: (sim) => {
      const interrupted = interruptRuns(sim, null);
      Object.assign(sim.state, { tasks: [], sessions: [] });
      return { interrupted };
    },
  },
};

/** Lays up a misfortune for the next task that fits. */
export function awaiting(sim: SrmSim, given: Partial<Doom>): Doom {
  const doom: Doom = {
    action: null,
    planId: null,
    how: 'task',
    message: 'The operation failed.',
    details: 'Simulated failure.',
    ...given,
  };
  sim.state.dooms.push(doom);
  return doom;
}
