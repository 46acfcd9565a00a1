import { publicId } from '../../../domain/ids.js';
import type {
  Condition,
  ProtectedInstance,
  ProtectionGroup,
  ProtectionState,
  RecoveryPlan,
} from '../../../domain/inventory.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { Prompt, ResourceFacts } from '../../../domain/observation.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { endOf, groupRunsAt, planGoesTo, planRunsAt, sidesOf, type Sides } from './srm.home.js';
import { vmConditionOf, vmStateOf } from '../lifecycle/srm.vm-states.js';
import {
  clauseOf,
  gapsOf,
  percentOf,
  textOf,
  timeOf,
  type WireGroup,
  type WireGroupVm,
  type WireMeta,
  type WirePlan,
  type WirePrompt,
} from '../wire/srm.wire.js';

const PROVIDER = srmDescriptor.provider;
/** The word of a resource that came without one. */
export const NO_WORD = 'UNKNOWN';

/** A description of this form is the gateway's mark of a group it made, not a user's words (5.1.6). */
const MARK = /^drg:\S+$/;

export function markOf(operationId: string): string {
  return `drg:${operationId}`;
}

export interface PlanContext {
  siteId: string;
  home: string | null;
  /** Native ids; null = not told. */
  groupIds: readonly string[] | null;
  /** Sentences about what the answer left out. */
  gaps: readonly string[];
}

export function planOf(wire: WirePlan, cx: PlanContext): RecoveryPlan {
  const word = textOf(wire.status) ?? NO_WORD;
  const sides = planSides(wire, cx.home);
  return {
    id: publicId(cx.siteId, wire.id),
    siteId: cx.siteId,
    provider: PROVIDER,
    name: textOf(wire.name) ?? wire.id,
    description: descriptionOf(wire.description),
    state: planStateOf(word),
    activeSite: sides.activeSite,
    nextDirection: sides.nextDirection,
    production: sides.production,
    recovery: sides.recovery,
    implicit: false,
    protectionGroupIds: cx.groupIds === null ? null : cx.groupIds.map((id) => publicId(cx.siteId, id)),
    progressPercent: wire.is_running === true ? percentOf(wire.progress) : null,
    conditions: [...planConditions(word), ...gapConditions(cx.gaps, wire)],
    upstream: {
      id: wire.id,
      state: word,
      isRunning: wire.is_running ?? null,
      protectedVcGuid: textOf(wire.protected_vc_guid),
      recoveryVcGuid: textOf(wire.recovery_vc_guid),
      locationName: textOf(wire.location_name),
    },
  };
}

export function planStateOf(word: string): ProtectionState {
  return meaningOf(srmDescriptor.lifecycle, 'RECOVERY_PLAN', word).state;
}

export function planFacts(wire: WirePlan, home: string | null): ResourceFacts {
  const word = textOf(wire.status) ?? NO_WORD;
  const { activeSite, nextDirection } = planSides(wire, home);
  return { exists: true, name: textOf(wire.name), state: planStateOf(word), word, activeSite, nextDirection };
}

/** Nothing is said of where a workload runs while the word itself is not known. */
function planSides(wire: WirePlan, home: string | null): Sides {
  const word = textOf(wire.status) ?? NO_WORD;
  const known = planStateOf(word) !== 'UNKNOWN';
  return sidesOf(wire, home, known ? planRunsAt(word) : null, known ? planGoesTo(word) : null);
}

export interface GroupContext {
  siteId: string;
  home: string | null;
  gaps: readonly string[];
}

export function groupOf(wire: WireGroup, cx: GroupContext): ProtectionGroup {
  const word = textOf(wire.status) ?? NO_WORD;
  const sides = groupSides(wire, cx.home);
  return {
    id: publicId(cx.siteId, wire.id),
    siteId: cx.siteId,
    provider: PROVIDER,
    name: textOf(wire.name) ?? wire.id,
    description: descriptionOf(wire.description),
    state: groupStateOf(word),
    activeSite: sides.activeSite,
    production: sides.production,
    recovery: sides.recovery,
    replicationProgressPercent: null,
    instanceCount: typeof wire.total_vms === 'number' ? wire.total_vms : null,
    replicationPairCount: null,
    drillCount: null,
    conditions: gapConditions(cx.gaps, wire),
    createdTime: null,
    updatedTime: null,
    upstream: {
      id: wire.id,
      state: word,
      recoveryState: textOf(wire.recovery_status),
      replicationType: textOf(wire.replication_type),
      protectedVcGuid: textOf(wire.protected_vc_guid),
      recoveryVcGuid: textOf(wire.recovery_vc_guid),
      locationName: textOf(wire.location_name),
    },
  };
}

export function groupStateOf(word: string): ProtectionState {
  return meaningOf(srmDescriptor.lifecycle, 'PROTECTION_GROUP', word).state;
}

export function groupFacts(wire: WireGroup, home: string | null): ResourceFacts {
  const word = textOf(wire.status) ?? NO_WORD;
  const { activeSite } = groupSides(wire, home);
  return {
    exists: true,
    name: textOf(wire.name),
    state: groupStateOf(word),
    word,
    activeSite,
    nextDirection: null,
  };
}

function groupSides(wire: WireGroup, home: string | null): Sides {
  const word = textOf(wire.status) ?? NO_WORD;
  return sidesOf(wire, home, groupStateOf(word) === 'UNKNOWN' ? null : groupRunsAt(word), null);
}

/** A machine runs where its group does. */
export function vmFacts(wire: WireGroupVm, { activeSite }: Pick<ResourceFacts, 'activeSite'>): ResourceFacts {
  const word = textOf(wire.protection_status_details?.status) ?? NO_WORD;
  return {
    exists: true,
    name: textOf(wire.name),
    state: vmStateOf(word),
    word,
    activeSite,
    nextDirection: null,
  };
}

/** What the resource says when the appliance knows it no more. */
export function absentFacts(): ResourceFacts {
  return { exists: false, name: null, state: 'UNKNOWN', word: '', activeSite: null, nextDirection: null };
}

/**
 * A machine's id is a vCenter's, and another one after every reprotection (4.6): it is never a lasting key
 * of a machine, only of what is protected now.
 */
export function instanceOf(wire: WireGroupVm, group: WireGroup, cx: GroupContext): ProtectedInstance {
  const word = textOf(wire.protection_status_details?.status) ?? NO_WORD;
  const home = endOf(group, cx.home);
  return {
    id: publicId(cx.siteId, wire.id),
    siteId: cx.siteId,
    provider: PROVIDER,
    name: textOf(wire.name) ?? wire.id,
    protectionGroupId: publicId(cx.siteId, group.id),
    state: vmStateOf(word),
    productionInstanceId: home === 'PROTECTED' ? wire.id : null,
    recoveryInstanceId: home === 'RECOVERY' ? wire.id : null,
    conditions: [
      ...vmConditionOf(word, wire.protection_status_details?.errors ?? []),
      ...gapConditions(cx.gaps, {}),
    ],
    upstream: { id: wire.id, state: word },
  };
}

export function promptOf(wire: WirePrompt): Prompt {
  const texts = [textOf(wire.prompt_text), textOf(wire.description)].filter((text) => text !== null);
  return {
    id: wire.id,
    text:
      texts.length === 0 ? 'The plan waits at a prompt that says nothing.' : [...new Set(texts)].join(': '),
    raisedTime: timeOf(wire.raised_time),
  };
}

function descriptionOf(text: unknown): string | null {
  const description = textOf(text);
  return description === null || MARK.test(description) ? null : description;
}

function planConditions(word: string): Condition[] {
  return word === 'DISASTER_RECOVERY_COMPLETE' || word === 'RECOVERY_SPLIT_BRAIN'
    ? [{ type: 'OLD_MACHINES_MAY_RUN', text: OLD_MACHINES_MAY_RUN }]
    : [];
}

export const OLD_MACHINES_MAY_RUN =
  'The machines at the protected site could not be shut down and may still run; run the recovery again once the sites see each other.';

export function gapConditions(gaps: readonly string[], wire: { _meta?: WireMeta | null }): Condition[] {
  const all = [...new Set([...gaps, ...gapsOf(wire._meta)])];
  return all.map((text) => ({
    type: 'PARTIAL_DATA',
    text: `SRM could not tell everything: ${clauseOf(text)}.`,
  }));
}
