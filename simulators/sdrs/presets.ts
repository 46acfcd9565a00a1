import { oneOf, text } from '../engine/control-request.js';
import type { Preset, Traffic } from '../engine/simulator.js';
import { FATE_ACTIONS } from './fates.js';
import { unpublishedApi } from './errors.js';
import type { SdrsSettings } from './settings.js';
import type { Fate, Sdrs, SdrsState } from './world.js';

/** Queries by tag are asked by POST. */
const CHANGES = '^/v1/[^/]+/(?!protected-instances/resource_instances/)';
const LISTS =
  '^/v1/[^/]+/(server-groups|protected-instances|replications|disaster-recovery-drills|active-domains|task-center/failure-jobs|resource/rpo-statistics)$';

export const TRAFFIC: Traffic = {
  changes: { method: 'POST,PUT,DELETE', path: CHANGES },
  lists: { method: 'GET', path: LISTS },
  accepted: 200,
};

const FATE = { action: oneOf(...FATE_ACTIONS), groupId: text };

/** Named faults that only this service has. */
export const PRESETS: Readonly<Record<string, Preset<SdrsState, SdrsSettings>>> = {
  'expired-login': {
    sentence: 'Every token dies now, and meets the answer that `expiredTokenAnswer` says.',
    act: expireTokens,
  },
  'stuck-job': {
    sentence: 'The next job (of `action`, in group `groupId`) never ends.',
    fields: FATE,
    act: (sim, given) => awaiting(sim, { ...given, stuck: true }),
  },
  'failed-job': {
    sentence: 'The next job (of `action`, in group `groupId`) ends with FAIL.',
    fields: { ...FATE, errorCode: text, failReason: text },
    act: (sim, given) => awaiting(sim, { ...given, stuck: false }),
  },
  'job-forgotten': {
    sentence: 'Every job there is now is unknown to reads from now on, while its work goes on.',
    act: (sim) => {
      for (const job of sim.state.jobs) job.forgotten = true;
      return { forgotten: sim.state.jobs.length };
    },
  },
  throttled: {
    sentence: 'The API gateway lets two calls per second and API through (429 APIGW.0308, no Retry-After).',
    act: (sim) => {
      sim.settings.throttlePerSecond = 2;
      return { throttlePerSecond: 2 };
    },
  },
  'link-down': {
    sentence:
      'The link between the sites is down: every pair has fault_level 5, and no failover is accepted.',
    act: (sim) => {
      for (const pair of sim.state.pairs) pair.fault_level = '5';
      return { pairs: sim.state.pairs.length };
    },
  },
  'api-withdrawn': {
    sentence: 'The gateway no longer knows the API: 404 APIGW.0101 for everything below /v1.',
    rule: {
      kind: 'status',
      status: 404,
      path: '^/v1/',
      times: -1,
      body: {
        error_msg: unpublishedApi().message,
        error_code: unpublishedApi().code,
        request_id: '0'.repeat(32),
      },
    },
  },
};

export function expireTokens(sim: Sdrs): { expired: number } {
  const alive = Object.values(sim.state.tokens).filter((token) => token.expiresAt > sim.instant);
  for (const token of alive) token.expiresAt = sim.instant;
  return { expired: alive.length };
}

function awaiting(sim: Sdrs, fate: Fate): { fates: Fate[] } {
  sim.state.fates.push(fate);
  return { fates: sim.state.fates };
}
