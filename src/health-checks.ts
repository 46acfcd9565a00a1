import type { KeptAuditTrail } from './audit/kept-audit-trail.js';
import type { StoreGuard } from './operations/guard/store-guard.js';
import type { Journal } from './operations/journal/journal.js';
import type { Finding, HealthCheck, Matters } from './platform/health/health.js';
import type { WorkerPulse } from './platform/queue/worker-pulse.js';
import type { CanaryBoard } from './platform/redis/canary-board.js';
import type { RedisClockSkew } from './platform/redis/redis-clock-skew.js';
import type { StoreReadiness } from './platform/redis/readiness.js';
import type { ReplicaReadiness } from './platform/redis/replica-readiness.js';

function finding(fault: string | null, well: string): Finding {
  return fault === null ? { ok: true, detail: well } : { ok: false, detail: fault };
}

export function storeCheck(store: StoreReadiness): HealthCheck {
  return {
    name: 'store',
    matters: 'READINESS',
    ask: async () => finding(await store.fault(), 'Redis takes writes.'),
  };
}

/** @param states of our connections, as the client calls them */
export function connectionsCheck(states: () => readonly string[]): HealthCheck {
  return {
    name: 'connections',
    matters: 'LIVENESS',
    ask: () =>
      finding(
        states().includes('end') ? 'A connection to Redis has ended for good.' : null,
        'Those to Redis stand, or are made anew.',
      ),
  };
}

export function evictionCheck(store: StoreReadiness): HealthCheck {
  return {
    name: 'eviction',
    matters: 'READINESS',
    ask: async () => finding(await store.policyFault(), 'Redis throws nothing away when it is full.'),
  };
}

export function replicasCheck(replicas: ReplicaReadiness): HealthCheck {
  const { risk } = replicas;
  if (risk !== null) return { name: 'replicas', matters: 'TOLD', ask: () => ({ ok: false, detail: risk }) };
  const well = replicas.needed === 0 ? 'None are waited for.' : `${replicas.needed} confirm what is written.`;
  return {
    name: 'replicas',
    matters: 'READINESS',
    ask: async () => finding(await replicas.fault(), well),
  };
}

export function journalCheck(journal: Journal): HealthCheck {
  const well = journal.id === null ? 'None is kept.' : 'It can be written.';
  return {
    name: 'journal',
    matters: 'READINESS',
    ask: async () => finding(await journal.fault(), well),
  };
}

/** Where it cannot be written, nothing new is accepted. */
export function auditCheck(trail: KeptAuditTrail): HealthCheck {
  const well = trail.isKept ? 'Decisions can be recorded.' : 'Decisions are not recorded.';
  return {
    name: 'audit',
    matters: 'READINESS',
    ask: async () => finding(await trail.fault(), well),
  };
}

/** @param matters TOLD where reads go on, and whoever asks for something new is answered by itself */
export function guardCheck(guard: StoreGuard, matters: Matters): HealthCheck {
  return {
    name: 'guard',
    matters,
    ask: async () => {
      const { state, reason, sinceTime, waitingFor } = await guard.report();
      if (state === 'OPEN') return { ok: true, detail: 'What the store says can be relied upon.' };
      const since = sinceTime ? ` since ${sinceTime}` : '';
      const words = [`Nothing is accepted or sent${since}: ${reason ?? 'not compared yet'}.`, ...waitingFor];
      return { ok: false, detail: words.join(' ') };
    },
  };
}

export function clockCheck(skew: RedisClockSkew): HealthCheck {
  return { name: 'clock', matters: 'READINESS', ask: () => finding(skew.fault(), skew.sentence()) };
}

/** Of this process, which is to answer the queues. */
export function queuesCheck(pulse: WorkerPulse): HealthCheck {
  return {
    name: 'queues',
    matters: 'LIVENESS',
    ask: () => finding(pulse.fault(), 'Every queue is answered.'),
  };
}

/** Of the worker processes, told by the one that needs them: what is accepted waits for them. */
export function workersCheck(board: CanaryBoard, places: readonly string[]): HealthCheck {
  return {
    name: 'workers',
    matters: 'TOLD',
    ask: async () => {
      const marks = await board.seen(places);
      const silent = places.filter((_place, at) => (marks[at] ?? null) === null);
      const [first] = silent;
      const fault =
        first && `Of ${places.length} queues, ${silent.length} had no answer within a minute: ${first} …`;
      return finding(fault ?? null, 'Every queue is answered.');
    },
  };
}
