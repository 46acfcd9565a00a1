import { publicId } from '../../../domain/ids.js';
import type { Concern, FindingType, Severity } from '../../../domain/site-finding.js';
import { INSTANCE_STATES, isProtected, vmStateOf } from '../lifecycle/srm.vm-states.js';
import {
  textOf,
  textsOf,
  type WireGroup,
  type WireGroupVm,
  type WirePlan,
  type WirePlanVm,
} from '../wire/srm.wire.js';

/** In these a group says that all is well with its machines (4.5). */
const SAYS_PROTECTED: readonly unknown[] = ['OK', 'READY'];

export function saysProtected({ status }: WireGroup): boolean {
  return SAYS_PROTECTED.includes(status);
}

/** The machines that are not as well protected as their group says. */
export function machineConcerns(siteId: string, group: WireGroup, vms: readonly WireGroupVm[]): Concern[] {
  return vms.flatMap((vm) => {
    const word = textOf(vm.protection_status_details?.status);
    const kind = word === null ? null : kindOf(word);
    if (word === null || kind === null) return [];
    const name = textOf(vm.name) ?? vm.id;
    const [what, todo] = meaningOf(word).split('; ');
    const errors = textsOf(vm.protection_status_details?.errors);
    const said = errors.length === 0 ? '' : ` SRM's words: ${errors.join('; ')}`;
    const within = { type: 'PROTECTION_GROUP', id: publicId(siteId, group.id) } as const;
    const [type, severity] = kind;
    return {
      type,
      severity,
      target: { type: 'PROTECTED_INSTANCE', id: publicId(siteId, vm.id), name, within },
      detailKey: '',
      text: `Group ${textOf(group.name) ?? group.id} says that it is protected, but of its machine ${name} SRM says ${word}. ${sentence(what ?? '')}${said}`,
      remedy: todo === undefined ? 'Enable the protection of the machine.' : sentence(todo),
      sinceTime: null,
    };
  });
}

function kindOf(word: string): [FindingType, Severity] | null {
  if (word === 'REPLICATION_ERROR') return ['REPLICATION_LAG', 'CRITICAL'];
  if (word === 'REPLICATION_WARNING') return ['REPLICATION_LAG', 'WARNING'];
  if (word.endsWith('_WARNING')) return ['NOT_REALLY_PROTECTED', 'WARNING'];
  return !isProtected(word) || vmStateOf(word) === 'ERROR' ? ['NOT_REALLY_PROTECTED', 'CRITICAL'] : null;
}

function meaningOf(word: string): string {
  const known: Readonly<Record<string, { meaning: string } | undefined>> = INSTANCE_STATES;
  return known[word]?.meaning ?? 'It needs a look; look at it in SRM.';
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/\.?$/, '.');
}

/** A plan is ready again, and machines still bear words of its test or of the clean-up (3.8). */
export function leftoverConcerns(siteId: string, plan: WirePlan, vms: readonly WirePlanVm[]): Concern[] {
  const name = textOf(plan.name) ?? plan.id;
  return vms
    .filter(({ status }) => /^(?:TEST|CLEANUP)_/.test(status ?? ''))
    .map((vm) => ({
      type: 'DRILL_LEFTOVERS',
      severity: 'WARNING',
      target: { type: 'RECOVERY_PLAN', id: publicId(siteId, plan.id), name },
      detailKey: vm.id,
      text: `Plan ${name} is ready again after a test, but of its machine ${textOf(vm.name) ?? vm.id} SRM says ${vm.status}.`,
      remedy:
        'Look at the recovery site for the test machine, its disks and the test network, and remove what is left.',
      sinceTime: null,
    }));
}
