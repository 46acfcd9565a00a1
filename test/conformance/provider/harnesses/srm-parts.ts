import type { DrAction } from '../../../../src/domain/dr-action.js';
import type { FurtherRead } from '../../../../src/providers/further-reads.js';
import type { World } from '../../../../simulators/srm/world.js';
import type { PartStage } from '../harness.js';
import { patiently } from '../journey.js';

type Places = Readonly<Partial<Record<FurtherRead, { there: object; absent?: object }>>>;

/** Where every action on a plan, a machine or a step can be carried out in the first world. */
export function partsOn(world: World): Partial<Record<DrAction, PartStage>> {
  const { planId, emptyPlanId, groupId, archiveId, vmId } = namesIn(world);
  const absentVm = { partId: absentVmOf(world) };
  const inGroup = { targetId: groupId, partId: vmId('erp-app') };
  return {
    CREATE_RECOVERY_PLAN: {
      targetId: null,
      partId: null,
      input: { name: 'second-plan', protectionGroupIds: [archiveId] },
    },
    UPDATE_RECOVERY_PLAN: {
      targetId: planId,
      partId: null,
      input: { name: 'erp-first' },
      companions: { PROTECTION_GROUP: groupId },
      absent: noPlan(world),
    },
    DELETE_RECOVERY_PLAN: { targetId: emptyPlanId, partId: null, input: null, absent: noPlan(world) },
    UPDATE_RECOVERY_SETTINGS: {
      targetId: planId,
      partId: vmId('erp-app'),
      input: { priority: 5 },
      absent: absentVm,
    },
    ADD_RECOVERY_STEP: {
      targetId: planId,
      partId: null,
      input: { workflow: 'RECOVERY', type: 'PROMPT', name: 'Look', content: 'Is the old site dark?' },
      absent: noPlan(world),
    },
    UPDATE_RECOVERY_STEP: insertedStep({ content: 'Is the old site really dark?' }),
    REMOVE_RECOVERY_STEP: insertedStep({}),
    RESTORE_PLACEHOLDERS: {
      targetId: groupId,
      partId: null,
      input: null,
      absent: { targetId: absentGroupOf(world) },
      before: () => lose(world, 'erp-app'),
    },
    ADD_PROTECTED_INSTANCE: { targetId: groupId, partId: null, input: { serverId: vmId('crm-1') } },
    REMOVE_PROTECTED_INSTANCE: { ...inGroup, input: null, absent: absentVm },
    ENABLE_INSTANCE_PROTECTION: {
      targetId: archiveId,
      partId: vmId('archive-2'),
      input: {},
      absent: absentVm,
    },
    DISABLE_INSTANCE_PROTECTION: { ...inGroup, input: null, absent: absentVm },
  };

  function insertedStep(more: object): PartStage {
    return {
      targetId: planId,
      partId: null,
      input: { workflow: 'RECOVERY', expectedTitle: PROMPT_NAME, ...more },
      absent: { partId: '999999' },
      before: async (driver) => {
        insertPrompt(world, planId);
        const steps = await driver.further.recoverySteps?.({ planId, workflow: 'RECOVERY' }, patiently);
        return { partId: steps?.find(({ title }) => title.includes(PROMPT_NAME))?.id ?? null };
      },
    };
  }
}

const PROMPT_NAME = 'Look before you go on';

function insertPrompt(world: World, planId: string): void {
  const plan = world.plans.find(({ id }) => id === planId);
  plan?.callouts.push({
    id: 'callout-1',
    mode: 'recovery',
    name: PROMPT_NAME,
    content: 'Is the old site dark?',
    type: 'PROMPT',
    timeoutSeconds: 0,
    position: 1,
  });
}

/** What each read can be asked about. */
export function placesOn(world: World): Places {
  const { planId, groupId, vmId } = namesIn(world);
  const instanceId = vmId('erp-app');
  const nobody = absentVmOf(world);
  const noPlanId = noPlan(world).targetId;
  const rehearsedId = rehearse(world);
  noteRun(world, planId);
  return {
    protectedInstance: { there: { groupId, instanceId }, absent: { groupId, instanceId: nobody } },
    protectionSettings: { there: { groupId, instanceId }, absent: { groupId, instanceId: nobody } },
    groupIssues: { there: { groupId }, absent: { groupId: absentGroupOf(world) } },
    plannedInstances: { there: { planId }, absent: { planId: noPlanId } },
    plannedInstance: { there: { planId, instanceId }, absent: { planId, instanceId: nobody } },
    recoverySettings: { there: { planId, instanceId }, absent: { planId, instanceId: nobody } },
    recoverySteps: {
      there: { planId, workflow: 'RECOVERY' },
      absent: { planId: noPlanId, workflow: 'RECOVERY' },
    },
    recoveryStep: {
      there: { planId, workflow: 'RECOVERY', stepId: '1' },
      absent: { planId, workflow: 'RECOVERY', stepId: '999999' },
    },
    planPrompts: { there: { planId }, absent: { planId: noPlanId } },
    testNetworks: { there: { planId }, absent: { planId: noPlanId } },
    planIssues: { there: { planId }, absent: { planId: noPlanId } },
    planRuns: { there: { planId }, absent: { planId: noPlanId } },
    planRun: { there: { planId, reportId: '7' }, absent: { planId, reportId: '999999' } },
    drill: {
      there: { planId: rehearsedId, drillId: `${rehearsedId}:test` },
      absent: { planId: noPlanId, drillId: noPlanId },
    },
    siteIssues: { there: {} },
    siteRuns: { there: {} },
    siteServers: { there: {} },
    apiVersions: { there: {} },
  };
}

/** A plan that stands in its test, which is its drill. */
function rehearse(world: World): string {
  const plan = world.plans.find(({ name }) => name === 'archive-plan');
  if (plan) plan.pinned = 'TEST_COMPLETE';
  return plan?.id ?? '';
}

function noteRun(world: World, planId: string): void {
  if (world.history.some(({ runKey }) => runKey === 7)) return;
  world.history.push({
    planId,
    planName: 'erp-plan',
    username: 'somebody@vsphere.local',
    operation: 'TEST',
    startedAt: 0,
    endedAt: 60_000,
    result: 'SUCCESS',
    runKey: 7,
    errors: [],
    warnings: [],
  });
}

function namesIn(world: World) {
  const idOf = (items: readonly { id: string; name: string }[], name: string): string =>
    items.find((item) => item.name === name)?.id ?? '';
  return {
    planId: idOf(world.plans, 'erp-plan'),
    emptyPlanId: idOf(world.plans, 'empty-plan'),
    groupId: idOf(world.groups, 'erp'),
    archiveId: idOf(world.groups, 'archive'),
    vmId: (name: string): string => {
      const vm = world.vms.find((candidate) => candidate.name === name);
      return vm ? vm.ids[vm.at] : '';
    },
  };
}

function absentVmOf({ sites }: World): string {
  return `VirtualMachine:vm-999999:${sites.a.vc.id}`;
}

function absentGroupOf({ sites }: World): string {
  return `DrReplicationVmProtectionGroup:vm-protection-group-999999:${sites.a.srm.id}`;
}

function noPlan({ sites }: World): { targetId: string } {
  return { targetId: `DrRecoveryRecoveryPlan:00000000-0000-4000-8000-000000000000:${sites.a.srm.id}` };
}

function lose(world: World, name: string): Promise<void> {
  const vm = world.vms.find((candidate) => candidate.name === name);
  if (vm) vm.protection = 'PLACEHOLDER_VM_DELETED';
  return Promise.resolve();
}
