import {
  srmSimulator,
  type SrmSettings as SrmSimulatorSettings,
  type SrmWorld,
} from '../../../../simulators/srm/srm.simulator.js';
import type { DrAction } from '../../../../src/domain/dr-action.js';
import { srm } from '../../../../src/providers/srm/srm.factory.js';
import type { SrmSettings } from '../../../../src/providers/srm/srm.settings.js';
import { staged } from '../expectations.js';
import type { ConformanceSubject, Harness, Stage } from '../harness.js';
import { SimulatorShelf, type SimulatedSite, type WireManners } from './simulated-site.js';
import { partsOn, placesOn } from './srm-parts.js';
import { Workbench } from './workbench.js';

/** Every kind of run takes as long as every other, so that one pace fits all. */
const RUN_MS = 20_000;
const LONGEST_WORK_MS = 3 * RUN_MS;
const DURATIONS: SrmSimulatorSettings['durationsMs'] = {
  test: RUN_MS,
  cleanup: RUN_MS,
  recovery: RUN_MS,
  reprotect: RUN_MS,
  cancel: RUN_MS / 10,
  other: RUN_MS,
};
const WRONG_PASSWORD = 'not-the-password';

const MANNERS: WireManners = {
  credentials: /\/(?:remote-)?session$/,
  isLogIn: ({ method, path }) => method === 'POST' && path.endsWith('/session'),
  // No body of a 429 is documented (SRM reference 1.7).
  throttledBody: '',
};

type Site = SimulatedSite<SrmWorld, SrmSimulatorSettings>;

const shelf = new SimulatorShelf(srmSimulator, MANNERS, { durationsMs: DURATIONS });

async function createHarness(): Promise<Harness> {
  const site: Site = await shelf.take();
  const bench = new Workbench('srm-site', () => site.running.simulator.clock.now());
  const sessions = new Set<string>();

  return {
    ...site.grip(),
    longestWorkMs: LONGEST_WORK_MS,
    createDriver: (wish = {}) =>
      bench.driver(wish, (context) => srm.create(settingsFor(site, wish.wrongPassword), context)),
    kill(credential) {
      for (const { id } of site.state.sessions) sessions.add(id);
      return site.control('DELETE', credential === 'session' ? '/sessions' : '/remote-sessions');
    },

    stage: (action) => staged(stagesOn(site), action),
    part: (action) => staged(partsOn(site.state), action),
    where: (read) => staged(placesOn(site.state), read),
    crowd: (size) => crowdOf(site, size),
    setState: (type, nativeId, status) => {
      const place = type === 'RECOVERY_PLAN' ? 'plans' : 'groups';
      return site.control('PATCH', `/${place}/${nativeId}`, { status });
    },
    absentId: (type) =>
      type === 'RECOVERY_PLAN'
        ? 'DrRecoveryRecoveryPlan:00000000-0000-4000-8000-000000000000:33333333-cccc-4ccc-8ccc-333333333333'
        : 'DrReplicationVmProtectionGroup:vm-protection-group-1:33333333-cccc-4ccc-8ccc-333333333333',

    async failNext() {
      await site.control('POST', '/fail-next', {
        message: 'The datastore is gone.',
        details: 'CommandFailed',
      });
      return 'The datastore is gone.';
    },
    async askNext(planId) {
      await site.control('POST', `/plans/${planId}/prompts`, { text: 'Is the old site dark?' });
      return 'Is the old site dark?';
    },
    async forgetJobs() {
      for (const { id } of [...site.state.tasks]) await site.control('DELETE', `/tasks/${id}`);
    },

    secrets() {
      for (const { id } of site.state.sessions) sessions.add(id);
      return [...passwords(), WRONG_PASSWORD, ...sessions];
    },
    logged: () => bench.logged(),
    close: () => bench.close(),
  };
}

function settingsFor({ running }: Site, wrongPassword = false): SrmSettings {
  const { a, b } = srmSimulator.defaultSettings.accounts;
  return {
    endpoint: `${running.url}/api/rest/srm/v2`,
    auth: {
      type: 'session',
      userName: a[0]?.username ?? '',
      password: wrongPassword ? WRONG_PASSWORD : (a[0]?.password ?? ''),
      remoteUserName: b[0]?.username ?? '',
      remotePassword: b[0]?.password ?? '',
    },
  };
}

/** As they are written, and as they travel. */
function passwords(): string[] {
  const accounts = Object.values(srmSimulator.defaultSettings.accounts).flat();
  return accounts.flatMap(({ username, password }) => [
    password,
    Buffer.from(`${username}:${password}`).toString('base64'),
  ]);
}

function stagesOn({ state }: Site): Partial<Record<DrAction, Stage>> {
  const named = (list: readonly { id: string; name: string }[], name: string) =>
    list.find((item) => item.name === name)?.id ?? '';
  const erpGroup = named(state.groups, 'erp');
  const archive = named(state.groups, 'archive');
  const erpPlan = named(state.plans, 'erp-plan');
  const candidates = state.vms.filter(({ name }) => name.startsWith('crm-')).map(({ ids }) => ids.a);
  return {
    CREATE_PROTECTION_GROUP: {
      targetId: null,
      after: [],
      group: { name: 'crm', description: 'CRM', replicationType: 'HBR', hbrSpec: { vms: candidates } },
    },
    UPDATE_PROTECTION_GROUP: { targetId: erpGroup, after: [], changes: { description: 'ERP, since 2009' } },
    DELETE_PROTECTION_GROUP: { targetId: archive, after: [] },
    // One of its machines is not protected yet.
    ENABLE_PROTECTION: { targetId: archive, after: [] },
    DISABLE_PROTECTION: { targetId: erpGroup, after: [] },
    PLANNED_FAILOVER: { targetId: erpPlan, after: [] },
    FAILOVER: { targetId: erpPlan, after: [] },
    REPROTECT: { targetId: erpPlan, after: ['FAILOVER'] },
    START_DRILL: { targetId: erpPlan, after: [] },
    CLEAN_UP_DRILL: { targetId: erpPlan, after: ['START_DRILL'] },
  };
}

/** Twins of one plan, each with a group and machines of its own. */
function crowdOf({ state }: Site, size: number): string[] {
  const plan = state.plans.find(({ name }) => name === 'erp-plan');
  const group = state.groups.find(({ name }) => name === 'erp');
  if (!plan || !group) throw new Error('the first world has no erp-plan');
  const machines = state.vms.filter((vm) => vm.groupId === group.id);
  return Array.from({ length: size }, (_, index) => {
    const twin = (text: string) => text.replace(/:([^:]+):/, `:$1-${index + 1}:`);
    const [planId, groupId] = [twin(plan.id), twin(group.id)];
    state.groups.push({ ...structuredClone(group), id: groupId, name: `twin-${index + 1}` });
    state.plans.push({
      ...structuredClone(plan),
      id: planId,
      name: `twin-plan-${index + 1}`,
      groupIds: [groupId],
    });
    for (const vm of structuredClone(machines)) {
      const ids = { a: twin(vm.ids.a), b: twin(vm.ids.b) };
      state.vms.push({ ...vm, ids, groupId, name: `${vm.name}-${index + 1}` });
    }
    return planId;
  });
}

export const srmSubject: ConformanceSubject = {
  name: 'srm',
  factory: srm,
  describes: {
    progress: 'percent',
    credentials: ['session', 'remote session'],
    prompts: true,
    // The recent tasks and the plans, whatever is watched (SRM reference 5), and the steps of three plans.
    requestsToObserve: (operations) => 2 + Math.min(operations, 3),
  },
  createHarness,
  close: () => shelf.close(),
};
