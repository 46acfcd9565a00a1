import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { ChangeBench } from './change-bench.js';

/** A change of a part of a site, and what it makes of the simulated appliance. */
export interface ChangeCase {
  name: string;
  command: (bench: ChangeBench) => ActionCommand;
  /** What must be so beforehand. */
  stage?: (bench: ChangeBench) => void;
  /** Whether the world is as it was to become. */
  isDone: (bench: ChangeBench) => boolean;
  /** The appliance's own words for the work. */
  executes: string;
  created?: (bench: ChangeBench) => string;
  /** Nothing that can be read tells of it when the task is forgotten. */
  blind?: boolean;
}

const CALLOUT = {
  id: 'callout-1',
  mode: 'recovery' as const,
  name: 'Switch DNS',
  content: 'Is DNS switched?',
  type: 'PROMPT' as const,
  timeoutSeconds: 0,
  position: 3,
};

const AS_SEEN = { expectedTitle: CALLOUT.name };

const settingsOf =
  (input: object) =>
  (bench: ChangeBench): ActionCommand =>
    bench.command('UPDATE_RECOVERY_SETTINGS', bench.plan('erp-plan').id, {
      partNativeId: bench.vmId('erp-app'),
      input,
    });

const stepsOf =
  (action: ActionCommand['action'], input: object, partNativeId: string | null) =>
  (bench: ChangeBench): ActionCommand =>
    bench.command(action, bench.plan('erp-plan').id, {
      partNativeId,
      input: { workflow: 'RECOVERY', ...input } as ActionCommand['input'],
    });

const withCallout = (bench: ChangeBench): void => {
  bench.plan('erp-plan').callouts.push({ ...CALLOUT });
};

export const CHANGE_CASES: ChangeCase[] = [
  {
    name: 'a new plan of two groups',
    command: (bench) =>
      bench.command('CREATE_RECOVERY_PLAN', null, {
        input: {
          name: 'all',
          protectionGroupIds: [bench.group('erp').id, bench.group('archive').id],
          testNetworks: [{ networkId: 'Network:network-15:x', testNetworkId: 'Network:network-18:x' }],
        },
      }),
    isDone: (bench) =>
      bench.plan('all').groupIds.length === 2 && bench.plan('all').description === 'drg:operation-1',
    executes: 'create-plan',
    created: (bench) => bench.plan('all').id,
  },
  {
    name: 'another name and other groups for a plan',
    command: (bench) =>
      bench.command('UPDATE_RECOVERY_PLAN', bench.plan('erp-plan').id, {
        input: { name: 'erp-2', protectionGroupIds: [bench.group('mail').id] },
      }),
    isDone: (bench) => bench.plan('erp-2').groupIds.join() === bench.group('mail').id,
    executes: 'edit-plan',
  },
  {
    name: 'other test networks for a plan',
    command: (bench) =>
      bench.command('UPDATE_RECOVERY_PLAN', bench.plan('erp-plan').id, { input: { testNetworks: [] } }),
    isDone: (bench) => bench.plan('erp-plan').testNetworks.length === 0,
    executes: 'edit-plan',
  },
  {
    name: 'another direction for an empty plan',
    command: (bench) =>
      bench.command('UPDATE_RECOVERY_PLAN', bench.plan('empty-plan').id, {
        input: { protectedVcenterId: bench.world.sites.b.vc.id },
      }),
    isDone: (bench) => bench.plan('empty-plan').protectedSite === 'b',
    executes: 'edit-plan',
  },
  {
    name: 'machines that make room for a plan',
    command: (bench) =>
      bench.command('UPDATE_RECOVERY_PLAN', bench.plan('erp-plan').id, {
        input: { suspendedInstanceIds: ['VirtualMachine:vm-7:x'] },
      }),
    isDone: (bench) => bench.plan('erp-plan').vmsToSuspend.length === 1,
    executes: 'edit-plan',
    blind: true,
  },
  {
    name: 'the end of a plan',
    command: (bench) => bench.command('DELETE_RECOVERY_PLAN', bench.plan('archive-plan').id),
    isDone: (bench) => !bench.world.plans.some(({ name }) => name === 'archive-plan'),
    executes: 'delete-plan',
  },
  {
    name: 'another description for a group',
    command: (bench) =>
      bench.command('UPDATE_PROTECTION_GROUP', bench.group('erp').id, {
        changes: { description: 'ERP, since 2009' },
      }),
    isDone: (bench) => bench.group('erp').description === 'ERP, since 2009',
    executes: 'edit-group',
  },
  {
    name: 'a machine more in a group',
    command: (bench) =>
      bench.command('ADD_PROTECTED_INSTANCE', bench.group('erp').id, {
        input: { serverId: bench.vmId('crm-1') },
      }),
    isDone: (bench) =>
      bench.world.vms.filter(({ groupId }) => groupId === bench.group('erp').id).length === 3,
    executes: 'edit-group',
    created: (bench) => bench.vmId('crm-1'),
  },
  {
    name: 'a machine less in a group',
    command: (bench) =>
      bench.command('REMOVE_PROTECTED_INSTANCE', bench.group('web').id, {
        partNativeId: bench.vmId('web-lb'),
      }),
    isDone: (bench) => bench.vm('web-lb').groupId === null,
    executes: 'remove-vm',
  },
  {
    name: 'protection of a machine',
    command: (bench) =>
      bench.command('ENABLE_INSTANCE_PROTECTION', bench.group('archive').id, {
        partNativeId: bench.vmId('archive-2'),
      }),
    isDone: (bench) => bench.vm('archive-2').protection === 'OK',
    executes: 'protect-vm',
  },
  {
    name: 'no protection of a machine',
    command: (bench) =>
      bench.command('DISABLE_INSTANCE_PROTECTION', bench.group('erp').id, {
        partNativeId: bench.vmId('erp-app'),
      }),
    isDone: (bench) => bench.vm('erp-app').protection === 'NOT_CONFIGURED',
    executes: 'unprotect-vm',
  },
  {
    name: 'lost placeholders',
    stage: (bench) => {
      bench.vm('erp-db').protection = 'PLACEHOLDER_VM_DELETED';
      bench.vm('erp-app').protection = 'PLACEHOLDER_CREATION_ERROR';
    },
    command: (bench) => bench.command('RESTORE_PLACEHOLDERS', bench.group('erp').id),
    isDone: (bench) => bench.vm('erp-db').protection === 'OK' && bench.vm('erp-app').protection === 'OK',
    executes: 'restore-placeholder',
  },
  {
    name: 'the priority of a machine',
    command: settingsOf({ priority: 1 }),
    isDone: (bench) => bench.vm('erp-app').recovery.priority === 'P1',
    executes: 'vm-recovery',
  },
  {
    name: 'what a machine depends on',
    command: (bench) => settingsOf({ dependsOn: [bench.vmId('erp-db')] })(bench),
    isDone: (bench) => bench.vm('erp-app').recovery.dependsOn.join() === 'erp-db',
    executes: 'vm-recovery',
  },
  {
    name: 'the addresses of a machine',
    command: settingsOf({ ipCustomization: 'NETWORK_MAPPING' }),
    isDone: (bench) => bench.vm('erp-app').recovery.ipCustomization === 'NETWORK_MAPPING_LEVEL',
    executes: 'vm-recovery',
  },
  {
    name: 'several settings of a machine at once',
    command: (bench) =>
      settingsOf({ priority: 1, shutdownTimeoutSeconds: 60, dependsOn: [bench.vmId('erp-db')] })(bench),
    isDone: (bench) => {
      const { priority, shutdown, dependsOn } = bench.vm('erp-app').recovery;
      return priority === 'P1' && shutdown.timeout_seconds === 60 && dependsOn.join() === 'erp-db';
    },
    executes: 'vm-recovery',
  },
  {
    name: 'a step more in a plan',
    command: stepsOf(
      'ADD_RECOVERY_STEP',
      { type: 'PROMPT', name: 'Call the boss', content: 'Called?', beforeStepId: '1' },
      null,
    ),
    isDone: (bench) =>
      bench
        .plan('erp-plan')
        .callouts.some(({ name, position }) => name === 'Call the boss' && position === 0),
    executes: 'add-callout',
  },
  {
    name: 'another text of a step',
    stage: withCallout,
    command: stepsOf('UPDATE_RECOVERY_STEP', { content: 'Is DNS really switched?', ...AS_SEEN }, '4'),
    isDone: (bench) =>
      bench.plan('erp-plan').callouts.some(({ content }) => content === 'Is DNS really switched?'),
    executes: 'edit-callout',
  },
  {
    name: 'a step less in a plan',
    stage: withCallout,
    command: stepsOf('REMOVE_RECOVERY_STEP', AS_SEEN, '4'),
    isDone: (bench) => bench.plan('erp-plan').callouts.length === 0,
    executes: 'delete-callout',
  },
];
