import type { ActionInput } from '../../src/domain/action-inputs.js';
import type { DrAction } from '../../src/domain/dr-action.js';
import { FURTHER_READS } from '../../src/providers/further-reads.js';
import { command } from '../unit/support/operation.js';
import { declaredActions } from '../conformance/provider/expectations.js';
import type { ProviderDriver } from '../../src/providers/provider-driver.js';
import type { ConformanceSubject, Harness, PartStage } from '../conformance/provider/harness.js';
import { Journey, openGate, patiently } from '../conformance/provider/journey.js';
import { finerActions, readyStage } from '../conformance/provider/parts.js';

/** What an action is given: some of it is only known once the world is ready. */
type Way = (driver: ProviderDriver, stage: PartStage) => Promise<ActionInput>;

const given =
  (input: ActionInput): Way =>
  () =>
    Promise.resolve(input);

/** Ways of an action that take the upstream another way than its usual stage does. */
const OTHER_WAYS: Readonly<Record<string, readonly [DrAction, Way][]>> = {
  sdrs: [
    ['SET_INSTANCE_TAGS', given({ tags: [{ key: 'one', value: '1' }] })],
    ['SET_INSTANCE_TAGS', given({ tags: ['one', 'two'].map((key) => ({ key, value: '1' })) })],
    ['REMOVE_INSTANCE_TAGS', given({ keys: ['tier'] })],
    ['REMOVE_INSTANCE_TAGS', given({ keys: ['tier', 'owner'] })],
    ['CLEAR_FAILED_TASKS', given({})],
    [
      'CLEAR_FAILED_TASKS',
      async (driver) => {
        const [task] = (await driver.further.failedTasks?.({}, patiently)) ?? [];
        return { failedTaskId: task?.id ?? '' };
      },
    ],
    [
      'CLEAR_FAILED_TASKS',
      async (driver) => {
        const [group] = await driver.listProtectionGroups(patiently);
        return { protectionGroupId: group?.upstream.id ?? '' };
      },
    ],
  ],
  srm: [
    ['UPDATE_RECOVERY_SETTINGS', given({ priority: 4 })],
    ['UPDATE_RECOVERY_SETTINGS', given({ dependsOn: [] })],
    [
      'UPDATE_RECOVERY_SETTINGS',
      async (driver, { targetId, partId }) => {
        const all = (await driver.further.plannedInstances?.({ planId: targetId ?? '' }, patiently)) ?? [];
        const other = all.find(({ upstream }) => upstream.id !== partId);
        return { dependsOn: [other?.upstream.id ?? ''] };
      },
    ],
    ['UPDATE_RECOVERY_SETTINGS', given({ ipCustomization: 'NONE' })],
    ['UPDATE_RECOVERY_SETTINGS', given({ priority: 4, startupAction: 'DO_NOT_POWER_ON' })],
    ['ENABLE_INSTANCE_PROTECTION', given({})],
  ],
};

/** Everything a driver can be asked, once: which operations of the upstream's reference it asked in turn. */
export async function tour(subject: ConformanceSubject): Promise<ReadonlySet<string>> {
  const asked = new Set<string>();
  const visit = async (stop: (harness: Harness, journey: Journey) => Promise<unknown>): Promise<void> => {
    const harness = await subject.createHarness();
    const journey = new Journey(harness);
    await stop(harness, journey);
    await journey.driver.close();
    for (const call of harness.asked()) asked.add(call);
    await harness.close();
  };

  await visit((harness, { driver }) => baseReads(harness, driver));
  for (const name of FURTHER_READS.filter((read) =>
    subject.factory.descriptor.capabilities.reads.includes(read),
  )) {
    await visit((harness, { driver }) => {
      const read = driver.further[name] as (where: unknown, cx: typeof patiently) => Promise<unknown>;
      const ticking = setInterval(() => harness.advance(harness.longestWorkMs / 100), 5);
      return read(harness.where(name).there, patiently).finally(() => clearInterval(ticking));
    });
  }
  for (const action of declaredActions(subject)) {
    await visit(async (_harness, journey) =>
      journey.watch(await journey.begin(await journey.readyFor(action))),
    );
  }
  await visit(lateSend);
  const finer = finerActions(subject).map((action) => [action, null] as const);
  for (const [action, way] of [...finer, ...(OTHER_WAYS[subject.name] ?? [])]) {
    await visit((harness, journey) => carryOut(harness, journey, action, way));
  }
  if (subject.factory.descriptor.capabilities.cancel) await visit((_harness, journey) => cancelled(journey));
  if (subject.factory.descriptor.capabilities.prompts) await visit(answered);
  return asked;
}

async function baseReads(harness: Harness, driver: Journey['driver']): Promise<void> {
  await driver.check(patiently);
  await driver.creationOptions(patiently);
  await driver.listProtectionGroups(patiently);
  const planId = harness.stage('FAILOVER').targetId ?? '';
  await driver.getRecoveryPlan(planId, patiently);
  await driver.listDrills(planId, patiently);
  for (const group of await driver.listGroupsOfPlan(planId, patiently)) {
    await driver.listProtectedInstances(group.upstream.id, patiently);
    await driver.listReplicationPairs(group.upstream.id, patiently);
    await driver.listPlansOfGroup(group.upstream.id, patiently);
  }
}

async function carryOut(
  harness: Harness,
  journey: Journey,
  action: DrAction,
  way: Way | null,
): Promise<void> {
  const stage = await readyStage(harness, action, journey.driver);
  const readied = await journey.prepare(
    command({
      action,
      targetNativeId: stage.targetId,
      partNativeId: stage.partId,
      direction: null,
      input: way ? await way(journey.driver, stage) : stage.input,
    }),
  );
  await journey.watch(await journey.begin(readied));
}

/** Log-ins that nobody has seen at work for a while are looked at before anything is changed. */
async function lateSend(harness: Harness, journey: Journey): Promise<void> {
  const readied = await journey.readyFor('FAILOVER');
  harness.advance(60_000);
  await journey.watch(await journey.begin(readied));
}

async function cancelled(journey: Journey): Promise<void> {
  const operation = await journey.begin(await journey.readyFor('FAILOVER'));
  const call = journey.driver.cancelCall?.(operation.command);
  if (call) await journey.driver.start(call, openGate, patiently);
  await journey.watch(operation);
}

async function answered(harness: Harness, journey: Journey): Promise<void> {
  await harness.askNext(harness.stage('FAILOVER').targetId ?? '');
  const operation = await journey.begin(await journey.readyFor('FAILOVER'));
  for (let looks = 0; looks < 20; looks += 1) {
    const [prompt] = (await journey.look(operation)).prompts;
    const call = prompt && journey.driver.answerCall?.(operation.command, prompt.id);
    if (call) {
      await journey.driver.start(call, openGate, patiently);
      break;
    }
    harness.advance(harness.longestWorkMs / 10);
  }
  await journey.watch(operation);
}
