import type { Blocker } from '../../provider-driver.js';
import { tellsAll, type WireList } from '../wire/srm.lists.js';
import { isUnderWay } from '../watching/srm.tasks.js';
import { isProtected, vmStateOf } from '../lifecycle/srm.vm-states.js';
import type { WireGroup, WireGroupVm, WirePlan, WireTask } from '../wire/srm.wire.js';

export function protectedVms(vms: WireList<WireGroupVm>): WireGroupVm[] {
  return vms.items.filter((vm) => isProtected(vm.protection_status_details?.status));
}

export function idleBlockers(action: string, vms: WireList<WireGroupVm>): Blocker[] {
  const count = protectedVms(vms).length;
  const complete = tellsAll(vms, 'protection_status_details');
  // A machine in error may be mended by configuring it again.
  const allWell = vms.items.every(
    (vm) => vmStateOf(vm.protection_status_details?.status ?? '') === 'PROTECTED',
  );
  if (action === 'ENABLE_PROTECTION' && complete && vms.items.length > 0 && allWell) {
    return [
      {
        code: 'already-protected',
        text: 'Every machine of the group is protected already.',
        remedy: 'There is nothing to do.',
        alreadyDone: true,
      },
    ];
  }
  if (action === 'DISABLE_PROTECTION' && complete && count === 0) {
    return [
      {
        code: 'already-unprotected',
        text: 'No machine of the group is protected.',
        remedy: 'There is nothing to do.',
        alreadyDone: true,
      },
    ];
  }
  return [];
}

export function busyBlockers(tasks: readonly WireTask[], entities: readonly string[]): Blocker[] {
  const busy = tasks.find((task) => isUnderWay(task) && entities.includes(task.entity ?? ''));
  if (busy === undefined) return [];
  return [
    {
      code: 'upstream-busy',
      text: `SRM is at work on it: ${busy.description ?? busy.id} (${busy.status}).`,
      remedy: 'Wait for the end of that task.',
      passing: true,
    },
  ];
}

/** A group is not to be changed while a plan with it runs or stands in a test (4.2). */
const HOLDING_WORDS: readonly string[] = [
  'TEST_IN_PROGRESS',
  'TEST_COMPLETE',
  'CLEANUP_IN_PROGRESS',
  'RECOVERY_IN_PROGRESS',
  'REPROTECT_IN_PROGRESS',
  'WAITING_FOR_USER_INPUT',
  'CANCEL_IN_PROGRESS',
];

export function runBlockers(plans: readonly WirePlan[]): Blocker[] {
  return plans
    .filter((plan) => plan.is_running === true || HOLDING_WORDS.includes(plan.status ?? ''))
    .map((plan) => ({
      code: 'plan-running',
      text: `Plan ${plan.name ?? plan.id} holds the group and is in ${plan.status ?? 'a state not told'}.`,
      remedy:
        plan.status === 'TEST_COMPLETE'
          ? 'Clean up the test of that plan.'
          : 'Wait for the end of that plan’s run.',
    }));
}

export function namesakeBlockers(name: string, groups: readonly WireGroup[]): Blocker[] {
  const taken = groups.some((group) => group.name?.toLowerCase() === name.toLowerCase());
  if (!taken) return [];
  return [
    {
      code: 'name-taken',
      text: `There is a protection group named ${name} already.`,
      remedy: 'Choose another name.',
    },
  ];
}

/** The client changes what it saw; another version there now is somebody else's change. */
export function changedMeanwhile(seen: string | undefined, now: string | null): Blocker[] {
  if (seen === undefined || seen === now) return [];
  return [
    {
      code: 'changed-meanwhile',
      text: `The settings were changed since they were read: the version is ${now ?? 'not told'}, not ${seen}.`,
      remedy: 'Read them again, and change what is there now.',
    },
  ];
}

/** Only groups of vSphere Replication are made of machines (3.4, 4.2). */
export function membersBlockers(group: WireGroup): Blocker[] {
  const type = group.replication_type ?? 'of a kind not told';
  if (type === 'HBR') return [];
  return [
    {
      code: 'not-made-of-machines',
      text: `The group is ${type}: its machines come and go with its datastores, which the gateway does not administer.`,
      remedy: 'Change the group in SRM.',
    },
  ];
}

const PLACEHOLDER_LOST: readonly unknown[] = ['PLACEHOLDER_VM_DELETED', 'PLACEHOLDER_CREATION_ERROR'];

export function lacksPlaceholder(word: string | null | undefined): boolean {
  return PLACEHOLDER_LOST.includes(word);
}

export function placeholderWarnings(vms: WireList<WireGroupVm>): string[] {
  const isKnown = tellsAll(vms, 'protection_status_details');
  const lost = vms.items.some((vm) => lacksPlaceholder(vm.protection_status_details?.status));
  return isKnown && !lost ? ['No machine of the group has lost its placeholder: nothing will be done.'] : [];
}
