import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import { DR_ACTIONS, type DrAction } from '../../../src/domain/dr-action.js';
import type { AllowedActionsDto } from '../../../src/api/dto/operation.dto.js';
import type { ActionGate } from '../../../src/api/action-gate.js';
import { AllowedActions } from '../../../src/api/allowed-actions.js';
import { Scopes } from '../../../src/access/scopes.js';
import { Holding } from '../../../src/api/access/holding.js';
import { PublicIds, type NamedPart } from '../../../src/api/public-ids.js';
import { EVERYTHING, type Grant, type Principal } from '../../../src/domain/access/principal.js';
import { SiteReads } from '../../../src/api/site-reads.js';
import type { RecentAnswers } from '../../../src/inventory/recent-answers.js';
import type { OperationsService } from '../../../src/operations/operations.service.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { changed, memorySite } from '../support/memory-site.js';
import { refusalOf } from '../support/refusal.js';
import { TestClock } from '../support/test-clock.js';

const prepared: ActionCommand[] = [];

function noting(driver: ProviderDriver): ProviderDriver {
  return changed(driver, {
    prepare: (command, operationId, cx) => {
      prepared.unshift(command);
      return driver.prepare(command, operationId, cx);
    },
  });
}

const { siteId, provider } = memorySite(new TestClock(), noting);
const registry = new ProviderRegistry([provider]);
const held = new Map<string, string>();
const operations = {
  holdersOf: (_siteId: string, ids: readonly string[]) =>
    Promise.resolve(new Map([...held].filter(([id]) => ids.includes(id)))),
  outsideBy: (id: string) => Promise.resolve(id === 'of-others' ? 'olga@console' : null),
} as unknown as OperationsService;
const allowed = new AllowedActions(
  new SiteReads(registry, {} as RecentAnswers),
  operations,
  new Holding(new Scopes({ recoveryPlans: () => Promise.resolve([]) })),
  {
    approvalMinutes: (_siteId, { action }) => Promise.resolve(action === 'FAILOVER' ? 15 : null),
  } as ActionGate,
  new TestClock(),
);
const asking = (grants: readonly Grant[]): { principal: Principal } => ({
  principal: { id: 'key:1', kind: 'API_KEY', grants },
});
const actions = actionsOf(asking(EVERYTHING));

/** As that one is told of them. */
function actionsOf(asker: { principal: Principal }) {
  return {
    ofPlan: (id: string) => allowed.ofPlan(id, asker),
    ofGroup: (id: string) => allowed.ofGroup(id, asker),
    ofInstance: (named: NamedPart) => allowed.ofInstance(named, asker),
    ofPair: (named: NamedPart) => allowed.ofPair(named, asker),
  };
}
const ids = new PublicIds(registry);

const GROUP = `${siteId}.books`;
const PLAN = `${siteId}.move-books`;

beforeEach(() => {
  prepared.length = 0;
  held.clear();
});

const names = ({ items }: AllowedActionsDto): DrAction[] => items.map(({ action }) => action);
const one = ({ items }: AllowedActionsDto, action: DrAction) => items.find((item) => item.action === action);

async function anInstance() {
  const [first] = await provider.listProtectedInstances(GROUP);
  if (!first) throw new Error('the group holds nothing');
  return { id: first.id, named: ids.part(GROUP, first.id) };
}

it('a group shows every action on it, and what can be put into it', async () => {
  const shown = await actions.ofGroup(GROUP);
  expect(shown.targetId).toBe(GROUP);
  expect(new Set(names(shown))).toEqual(
    new Set([
      'UPDATE_PROTECTION_GROUP',
      'DELETE_PROTECTION_GROUP',
      'ENABLE_PROTECTION',
      'DISABLE_PROTECTION',
      'RESTORE_PLACEHOLDERS',
      'ADD_PROTECTED_INSTANCE',
      'CREATE_REPLICATION_PAIR',
    ]),
  );
});

it('a plan, an instance and a pair show what is done to such a thing, once each', async () => {
  const on = (type: string) =>
    DR_ACTIONS.filter((action) => ACTION_FACTS[action].targetType === type).filter(
      (action) => !['CREATE_RECOVERY_PLAN', 'ADD_PROTECTED_INSTANCE'].includes(action),
    );
  expect(names(await actions.ofPlan(PLAN))).toEqual(on('RECOVERY_PLAN'));
  const { named, id } = await anInstance();
  const ofInstance = await actions.ofInstance(named);
  expect(ofInstance.targetId).toBe(id);
  expect(names(ofInstance)).toEqual(on('PROTECTED_INSTANCE'));
});

it('says what each touches', async () => {
  const { items } = await actions.ofPlan(PLAN);
  for (const { touches } of items) expect(touches).toContain(GROUP);
});

it('asks the upstream once for what is a button and not refused already, and never for what needs fields', async () => {
  const { items } = await actions.ofPlan(PLAN);
  const asked = prepared.map(({ action }) => action);
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked).not.toContain('UPDATE_RECOVERY_PLAN');
  expect(asked).not.toContain('ADD_RECOVERY_STEP');
  for (const { action, allowed } of items.filter((item) => item.allowed && item.action === 'FAILOVER'))
    expect([asked.includes(action), allowed]).toEqual([true, true]);
});

it('prepares a button of an instance with the group as holder and the instance as part', async () => {
  const { named } = await anInstance();
  await actions.ofInstance(named);
  expect(prepared.find(({ action }) => action === 'REMOVE_PROTECTED_INSTANCE')).toMatchObject({
    targetNativeId: 'books',
    partNativeId: named.partNativeId,
  });
});

it('is blocked by whoever holds the group, and then asks nothing', async () => {
  held.set(GROUP, 'the-holder');
  const { named } = await anInstance();
  for (const shown of [
    await actions.ofGroup(GROUP),
    await actions.ofPlan(PLAN),
    await actions.ofInstance(named),
  ])
    for (const { allowed, blocking } of shown.items) {
      expect(allowed).toBe(false);
      expect(blocking.map(({ code }) => code)).toContain('operation-in-progress');
    }
  expect(prepared).toEqual([]);
});

it('says who it is that holds the group, if it was begun outside', async () => {
  held.set(GROUP, 'of-others');
  const [first] = (await actions.ofPlan(PLAN)).items;
  expect(first?.blocking.find(({ code }) => code === 'operation-in-progress')?.text).toBe(
    'Operation of-others, which was begun outside the gateway by olga@console, holds a protection group that this action touches.',
  );
});

it('what the upstream does not have is shown as such', async () => {
  const shown = await actions.ofGroup(GROUP);
  expect(provider.descriptor.lifecycle.actions.CREATE_REPLICATION_PAIR).toBeUndefined();
  expect(one(shown, 'CREATE_REPLICATION_PAIR')).toMatchObject({
    allowed: false,
    blocking: [{ code: 'unsupported-action' }],
  });
});

it('what is put into a group is judged by the state of the group', async () => {
  const words = provider.descriptor.lifecycle.actions.ADD_PROTECTED_INSTANCE?.companions?.PROTECTION_GROUP;
  const group = await provider.getProtectionGroup(GROUP);
  const shown = one(await actions.ofGroup(GROUP), 'ADD_PROTECTED_INSTANCE');
  expect(shown?.allowed).toBe(words?.includes(group.upstream.state));
});

it('a pair of an upstream without pairs is not offered', async () => {
  const { named } = await anInstance();
  const { descriptor } = provider;
  const without = { ...descriptor, capabilities: { ...descriptor.capabilities, replicationPairs: false } };
  const pairless = memorySite(new TestClock(), (driver) => changed(driver, { descriptor: without }));
  const { problem } = await refusalOf(actions.ofPair({ ...named, provider: pairless.provider }));
  expect(problem).toMatchObject({ code: 'not-offered', status: 404 });
});

it('an instance that is not there is not found', async () => {
  const { problem } = await refusalOf(actions.ofInstance(ids.part(GROUP, `${siteId}.nobody`)));
  expect(problem).toMatchObject({ code: 'not-found', status: 404 });
});

describe('to who lacks a right', () => {
  const may = (...roles: Grant['role'][]) =>
    actionsOf(asking(roles.map((role) => ({ role, sites: [siteId], targets: [PLAN] }))));
  const codes = ({ blocking }: { blocking: readonly { code: string }[] }) => blocking.map(({ code }) => code);

  it('an action is shown with the right that is missing, and the roles that have it', async () => {
    const shown = one(await may('viewer').ofPlan(PLAN), 'FAILOVER');
    expect(shown).toMatchObject({ allowed: false });
    expect(shown?.blocking).toContainEqual({
      code: 'missing-right',
      text: 'This needs the right "workloads:fail-over", which is not held here.',
      remedy: 'Ask for the role commander over it.',
    });
    const drill = one(await may('viewer').ofPlan(PLAN), 'START_DRILL');
    expect(drill?.blocking.at(-1)?.remedy).toBe(
      'Ask for one of the roles drill-operator, operator, commander over it.',
    );
  });

  it('nothing is asked of the upstream for what may not be done', async () => {
    const { items } = await may('drill-operator').ofPlan(PLAN);
    const missing = items.filter((item) => codes(item).includes('missing-right'));
    expect(missing.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['FAILOVER', 'PLANNED_FAILOVER', 'REPROTECT', 'DELETE_RECOVERY_PLAN']),
    );
    expect(prepared.map(({ action }) => action).every((action) => /DRILL/.test(action))).toBe(true);
    expect(items.filter(({ action }) => /DRILL/.test(action)).flatMap(codes)).not.toContain('missing-right');
  });

  it('a right over something else does not help', async () => {
    const { items } = await actionsOf(
      asking([{ role: 'commander', sites: [siteId], targets: [`${siteId}.move-others`] }]),
    ).ofPlan(PLAN);
    expect(items.every((item) => codes(item).includes('missing-right'))).toBe(true);
    expect(prepared).toEqual([]);
  });

  it('a commander is told what everybody is told who may do everything', async () => {
    expect(await may('commander').ofPlan(PLAN)).toEqual(await actions.ofPlan(PLAN));
  });

  it('an instance is judged by its group', async () => {
    const { named } = await anInstance();
    const ofGroup = actionsOf(asking([{ role: 'operator', sites: [siteId], targets: [GROUP] }]));
    expect((await ofGroup.ofInstance(named)).items).toEqual((await actions.ofInstance(named)).items);
    const ofOthers = await may('operator').ofInstance(named);
    expect(ofOthers.items.every((item) => codes(item).includes('missing-right'))).toBe(true);
  });
});
