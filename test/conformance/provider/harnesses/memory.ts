import type { DrAction } from '../../../../src/domain/dr-action.js';
import { memory, memoryWorldOf } from '../../../../src/providers/memory/memory.factory.js';
import type {
  TroubleRule,
  Trouble as MemoryTrouble,
} from '../../../../src/providers/memory/memory.troubles.js';
import { newGroup } from '../../../../src/providers/memory/memory.seed.js';
import type { MemoryWorld } from '../../../../src/providers/memory/memory.world.js';
import type { FurtherRead } from '../../../../src/providers/further-reads.js';
import { staged } from '../expectations.js';
import {
  THROTTLED_FOR_MS,
  type ConformanceSubject,
  type Harness,
  type PartStage,
  type Stage,
  type Trouble,
} from '../harness.js';
import { Workbench } from './workbench.js';

const WORK_MS = 30_000;

const STAGES: Readonly<Partial<Record<DrAction, Stage>>> = {
  CREATE_PROTECTION_GROUP: {
    targetId: null,
    after: [],
    group: { name: 'letters', description: 'Old letters' },
  },
  UPDATE_PROTECTION_GROUP: { targetId: 'archive', after: [], changes: { description: 'Older letters' } },
  DELETE_PROTECTION_GROUP: { targetId: 'archive', after: [] },
  ENABLE_PROTECTION: { targetId: 'archive', after: [] },
  DISABLE_PROTECTION: { targetId: 'books', after: [] },
  PLANNED_FAILOVER: { targetId: 'move-books', after: [] },
  FAILOVER: { targetId: 'move-books', after: [], options: { syncData: true } },
  REPROTECT: { targetId: 'move-books', after: ['FAILOVER'] },
  START_DRILL: { targetId: 'move-books', after: [] },
  CLEAN_UP_DRILL: { targetId: 'move-books', after: ['START_DRILL'] },
};

const PARTS: Readonly<Partial<Record<DrAction, PartStage>>> = {
  ADD_PROTECTED_INSTANCE: { targetId: 'archive', partId: null, input: { serverId: 'loft' } },
  UPDATE_PROTECTED_INSTANCE: { targetId: 'books', partId: 'books:ledger', input: { name: 'journal' } },
  REMOVE_PROTECTED_INSTANCE: {
    targetId: 'books',
    partId: 'books:ledger',
    input: {},
    absent: { partId: 'books:nobody' },
  },
  CREATE_RECOVERY_PLAN: {
    targetId: null,
    partId: null,
    input: { name: 'Attic', protectionGroupIds: ['archive'] },
  },
  UPDATE_RECOVERY_PLAN: { targetId: 'move-books', partId: null, input: { name: 'All books' } },
  DELETE_RECOVERY_PLAN: { targetId: 'move-front', partId: null, input: null },
};

const WHERE: Readonly<Partial<Record<FurtherRead, { there: object; absent?: object }>>> = {
  protectedInstance: {
    there: { groupId: 'books', instanceId: 'books:ledger' },
    absent: { groupId: 'books', instanceId: 'books:nobody' },
  },
  replicationPair: {
    there: { groupId: 'books', pairId: 'books:ledger:disk' },
    absent: { groupId: 'books', pairId: 'books:nobody:disk' },
  },
  plannedInstances: { there: { planId: 'move-front' }, absent: { planId: 'nowhere' } },
  planPrompts: { there: { planId: 'move-books' }, absent: { planId: 'nowhere' } },
};

/** The accidents of a wire, as the world without a wire knows them. */
function troubleFor({ accident, when }: Trouble): MemoryTrouble {
  const broken: MemoryTrouble = when === 'AFTER' ? 'ANSWER_LOST' : 'REQUEST_LOST';
  switch (accident) {
    case 'THROTTLED':
      return 'THROTTLED';
    case 'INTERNAL_ERROR':
      return 'FAULT';
    case 'HANG':
      return when === 'AFTER' ? 'ANSWER_LOST' : 'SILENT';
    case 'TRUNCATED':
    case 'EMPTY':
    case 'ERROR_IN_200':
      return 'GARBLED';
    default:
      return broken;
  }
}

let sites = 0;

function createHarness(): Promise<Harness> {
  const siteId = `memory-${(sites += 1)}`;
  let now = Date.UTC(2030, 0, 2, 3, 4, 5);
  const bench = new Workbench(siteId, () => now);
  const createDriver: Harness['createDriver'] = (wish = {}) =>
    bench.driver(wish, (context) => memory.create({ workMs: WORK_MS }, context));
  createDriver();
  const world = memoryWorldOf(siteId);
  const journal = (kind: 'READ' | 'CHANGE') =>
    world.journal.filter((entry) => entry.kind === kind).map(({ what }) => what);

  return Promise.resolve({
    createDriver,
    now: () => now,
    advance: (ms) => (now += ms),
    longestWorkMs: WORK_MS,

    trouble(trouble) {
      const times = trouble.times === undefined || trouble.times === 'ALWAYS' ? Infinity : trouble.times;
      const rule: TroubleRule = { on: trouble.on, trouble: troubleFor(trouble), times };
      world.troubles.push(rule.trouble === 'THROTTLED' ? { ...rule, retryAfterMs: THROTTLED_FOR_MS } : rule);
    },
    calm: () => (world.troubles = []),
    goDown() {
      world.troubles = (['READ', 'CHANGE'] as const).map((on) => ({
        on,
        trouble: 'UNREACHABLE',
        times: Infinity,
      }));
      return Promise.resolve();
    },
    kill: (credential) => Promise.reject(new Error(`memory has no ${credential}`)),

    reads: () => journal('READ'),
    stateChangingRequests: () => journal('CHANGE'),
    logIns: () => [],
    asked: () => [],
    executions: () => world.executions,

    stage: (action) => staged(STAGES, action),
    part: (action) => staged(PARTS, action),
    where: (read) => staged(WHERE, read) as never,
    crowd: (size) => crowdOf(world, size),
    setState(type, nativeId, word) {
      const target = (type === 'RECOVERY_PLAN' ? world.plans : world.groups).get(nativeId);
      if (target) target.word = word;
      return Promise.resolve();
    },
    absentId: () => 'nowhere',

    failNext() {
      world.nextWork({ failure: { code: 'worn-out', message: 'the rope broke' } });
      return Promise.resolve('the rope broke');
    },
    askNext() {
      world.nextWork({ question: 'Is the old site dark?' });
      return Promise.resolve('Is the old site dark?');
    },
    forgetJobs() {
      for (const { id } of world.jobs) world.forget(id);
      return Promise.resolve();
    },

    secrets: () => [],
    logged: () => bench.logged(),
    close: () => bench.close(),
  } satisfies Harness);
}

/** Plans with a group of their own. */
function crowdOf(world: MemoryWorld, size: number): string[] {
  return Array.from({ length: size }, (_, index) => {
    const group = newGroup(`twin-${index + 1}`, { now: world.now, machines: ['one'] });
    const plan = { id: `move-${group.id}`, name: group.name, word: 'ready', groupIds: [group.id] };
    world.groups.set(group.id, group);
    world.plans.set(plan.id, plan);
    return plan.id;
  });
}

export const memorySubject: ConformanceSubject = {
  name: 'memory',
  factory: memory,
  describes: {
    progress: 'percent',
    credentials: [],
    prompts: true,
    requestsToObserve: () => 1,
  },
  createHarness,
  close: () => Promise.resolve(),
};
