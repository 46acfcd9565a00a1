import type { Change } from '../../src/domain/operation-change.js';
import type { Operation } from '../../src/domain/operation.js';
import { isVerdict } from '../../src/domain/operation.js';
import { problem } from '../../src/domain/problem.js';
import type { OperationStore } from '../../src/operations/operation-store.js';
import type { Preparation } from '../../src/providers/provider-driver.js';
import { ProviderError } from '../../src/providers/provider-error.js';
import type { Provider } from '../../src/providers/provider.js';
import type { Fault } from './judge.js';
import type { Rules } from './rules.js';
import type { SimRedis } from './sim-redis.js';

export interface Variant {
  name: string;
  /** Which promises it must be seen to break; empty = none may be. */
  breaks: readonly Fault[];
  rules: Rules;
}

/** The protocol as it is, and without one of its rules each. Nothing of the product is changed: its surroundings are. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  protocol: { name: 'the protocol', breaks: [], rules: {} },
  'no-wait-no-journal': {
    name: 'without WAIT, nor a journal',
    breaks: ['LOST', 'FALSE_VERDICT', 'AFTER_VERDICT', 'REPEATED'],
    rules: { waits: false, journals: false },
  },
  'no-wait-no-guard': {
    name: 'without WAIT, nor the restore guard',
    breaks: ['LOST', 'FALSE_VERDICT', 'AFTER_VERDICT', 'REPEATED'],
    rules: { waits: false, guards: false },
  },
  'no-journal': {
    name: 'without a journal beside the store',
    breaks: ['LOST', 'REPEATED', 'FALSE_VERDICT', 'AFTER_VERDICT'],
    rules: { journals: false },
  },
  'no-guard': {
    name: 'without the restore guard',
    breaks: ['LOST', 'REPEATED', 'FALSE_VERDICT', 'AFTER_VERDICT'],
    rules: { guards: false },
  },
  'no-cas': {
    name: 'without compare-and-set: the last writer wins',
    breaks: ['REPEATED', 'AFTER_VERDICT', 'FALSE_VERDICT'],
    rules: { redis: (redis) => withoutCompare(redis, () => true) },
  },
  'open-verdicts': {
    name: 'a verdict does not close the record for who read it before',
    breaks: ['AFTER_VERDICT', 'FALSE_VERDICT', 'TWO_HOLDERS'],
    rules: { redis: (redis) => withoutCompare(redis, isVerdictNow) },
  },
  'no-look': {
    name: 'without a look before the send',
    breaks: ['WRONG_WAY', 'FALSE_VERDICT'],
    rules: { provider: lookingOnce },
  },
  'no-deadline': {
    name: 'without send deadline',
    breaks: ['AFTER_VERDICT', 'AFTER_UNKNOWN', 'REPEATED'],
    rules: { provider: (provider) => startingWith(provider, (gate) => ({ ...gate, open: () => undefined })) },
  },
  'no-confirm-no-deadline': {
    name: 'without send deadline, nor a look at the record once the connection stands',
    breaks: ['AFTER_VERDICT', 'AFTER_UNKNOWN', 'REPEATED'],
    rules: { provider: (provider) => startingWith(provider, () => ({ open: () => undefined })) },
  },
  'no-quarantine': {
    name: 'without quarantine',
    breaks: ['AFTER_UNKNOWN', 'AFTER_VERDICT'],
    rules: { settings: { quarantineMs: 0 } },
  },
  'absence-believed': {
    name: 'absence is believed at once',
    breaks: ['FALSE_VERDICT', 'AFTER_VERDICT'],
    rules: { settings: { quarantineMs: 0 }, store: (store) => translating(store, absenceBelieved) },
  },
  'send-again': {
    name: 'sent again after an ambiguous send',
    breaks: ['REPEATED', 'FALSE_VERDICT'],
    rules: { store: (store) => translating(store, sentAgain) },
  },
  'server-errors-refuse': {
    name: 'a 5xx is taken for a refusal',
    breaks: ['FALSE_VERDICT'],
    rules: { provider: takingServerErrorsForRefusals },
  },
  'no-locks': {
    name: 'without locks',
    breaks: ['TWO_HOLDERS'],
    rules: { redis: withoutLocks },
  },
  'early-release': {
    name: 'locks released once it runs',
    breaks: ['TWO_HOLDERS'],
    rules: { redis: releasingEarly },
  },
  'no-idempotency': {
    name: 'without idempotency keys',
    breaks: ['TWO_FOR_KEY'],
    rules: { redis: withoutKeys },
  },
  'no-sweeper': { name: 'without sweeper', breaks: ['STUCK'], rules: { sweeps: false } },
  'no-direction': {
    name: 'the direction is not checked',
    breaks: ['WRONG_WAY'],
    rules: { provider: believingTheDirection, consoles: 1 },
  },
  'no-marks': {
    name: 'a sender that vanished is believed to have sent nothing, though it makes no marks',
    breaks: ['REPEATED', 'FALSE_VERDICT'],
    rules: { marks: (marks) => instead(marks, { mark: () => Promise.resolve() }) },
  },
  'frozen-writes': {
    name: 'frozen between the last check and the write, in 5 % of sends (what no client can exclude)',
    breaks: ['AFTER_VERDICT', 'AFTER_UNKNOWN', 'FALSE_VERDICT'],
    rules: { weather: { frozenWrites: 0.05 } },
  },
};

/** The same, but what is asked of it is something else. */
function instead<T extends object>(of: T, others: Partial<T>): T {
  return new Proxy(of, {
    get: (target, name) => {
      if (name in others) return others[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function withoutCompare(redis: SimRedis, forces: (kept: Operation) => boolean): void {
  const write = redis.write.bind(redis);
  redis.write = (before, step, writeId, expected, token) => {
    const kept = redis.records.get(before.id);
    if (!kept || kept.writeId === writeId || !forces(kept.record)) {
      return write(before, step, writeId, expected, token);
    }
    return write({ ...before, version: kept.version }, step, writeId, '', token);
  };
}

function isVerdictNow({ state }: Operation): boolean {
  return isVerdict(state);
}

function withoutLocks(redis: SimRedis): void {
  redis.locks.get = () => undefined;
}

function withoutKeys(redis: SimRedis): void {
  redis.claims.get = () => undefined;
}

function releasingEarly(redis: SimRedis): void {
  const write = redis.write.bind(redis);
  redis.write = (before, step, writeId, expected, token) => {
    const answer = write(before, step, writeId, expected, token);
    if (step.operation.state === 'RUNNING') {
      for (const groupId of step.operation.lockedGroupIds) redis.delete(redis.locks, groupId);
    }
    return answer;
  };
}

function translating(
  store: OperationStore,
  translate: (change: Change, nowMs: number) => Change,
): OperationStore {
  return instead(store, {
    transition: (id, change) => store.transition(id, translate(change, Date.now())),
    transitionFrom: (operation, change) => store.transitionFrom(operation, translate(change, Date.now())),
  });
}

function sentAgain(change: Change, nowMs: number): Change {
  if (change.kind !== 'AMBIGUOUS') return change;
  const { attemptId, evidence: text } = change;
  return { kind: 'NOT_SENT', attemptId, notBefore: new Date(nowMs + 5_000).toISOString(), text };
}

function absenceBelieved(change: Change): Change {
  if (change.kind !== 'UNDECIDED') return change;
  const { evidence: text } = change;
  return { kind: 'VERDICT', state: 'REJECTED', outcome: 'NONE', problem: problem('not-started', text), text };
}

function startingWith(
  provider: Provider,
  change: (gate: Parameters<Provider['start']>[1]) => Parameters<Provider['start']>[1],
): Provider {
  return instead(provider, { start: (call, gate) => provider.start(call, change(gate)) });
}

/** One look for each target and action; what was seen then is what is sent upon. */
function lookingOnce(provider: Provider): Provider {
  const seen = new Map<string, Preparation>();
  return instead(provider, {
    prepare: async (command, operationId) => {
      const name = `${command.action} ${command.targetNativeId} ${command.direction}`;
      const known = seen.get(name) ?? (await provider.prepare(command, operationId));
      seen.set(name, known);
      return known;
    },
  });
}

function believingTheDirection(provider: Provider): Provider {
  return instead(provider, {
    prepare: async (command, operationId) => {
      const seen = await provider.prepare(command, operationId);
      return { ...seen, resource: seen.resource && { ...seen.resource, nextDirection: command.direction } };
    },
  });
}

function takingServerErrorsForRefusals(provider: Provider): Provider {
  return instead(provider, {
    start: async (call, gate) => {
      try {
        return await provider.start(call, gate);
      } catch (error) {
        if (!(error instanceof ProviderError) || error.delivery !== 'AMBIGUOUS') throw error;
        throw (error.upstream.status ?? 0) >= 500 ? error.asRefusal() : error;
      }
    },
  });
}
