import type { FindingType, Severity } from '../../../domain/site-finding.js';
import type { ProtectionGroup, RecoveryPlan } from '../../../domain/inventory.js';
import { creationRequest, targetPath } from '../../../domain/resource-paths.js';
import type { Conclusion } from '../finding.js';
import {
  about,
  called,
  explicitPlansOf,
  groupsOf,
  waysOut,
  type Rule,
  type Situation,
  type Subject,
} from './situation.js';

/** Conditions that drivers put on groups and plans, and what they come to. */
const CONDITIONS: Readonly<Record<string, { type: FindingType; severity: Severity; remedy: string }>> = {
  OLD_MACHINES_MAY_RUN: {
    type: 'SPLIT_BRAIN',
    severity: 'CRITICAL',
    remedy: 'Decide which side counts, make sure that the other one is off, and run the recovery again.',
  },
  PARTIAL_DATA: {
    type: 'UPSTREAM_ISSUE',
    severity: 'INFO',
    remedy:
      'Look at the parts of the site that it names; it is over when the upstream can tell everything again.',
  },
};

/** At most so many names in one sentence. */
const NAMED = 3;

/** Whether what says that it is protected is, could be recovered, and has caught up. */
export const protectionRules: Rule = (situation) => {
  const groups = groupsOf(situation).filter(({ thing }) => thing.state === 'PROTECTED');
  const plans = explicitPlansOf(situation);
  return [
    ...groups.flatMap((subject) => hollow(subject, situation)),
    ...groups.flatMap((subject) => behind(subject)),
    ...inNoPlan(groups, situation),
    ...plans.flatMap((subject) => halfCovered(subject, situation)),
    ...[...plans, ...groupsOf(situation)].flatMap((subject) => conditioned(subject, situation)),
  ];
};

function hollow(subject: Subject, { descriptor }: Situation): Conclusion[] {
  const { instanceCount, replicationPairCount, id } = subject.thing as ProtectionGroup;
  if (instanceCount === 0) {
    return [
      about(subject, {
        type: 'NOT_REALLY_PROTECTED',
        severity: 'WARNING',
        detailKey: 'no-instances',
        text: `${called(subject)} is protected and holds no machine: there is nothing that a failover would bring up.`,
        remedy: 'Add the machines that it is meant for, or disable and delete it.',
      }),
    ];
  }
  if (!descriptor.capabilities.replicationPairs || replicationPairCount !== 0) return [];
  return [
    about(subject, {
      type: 'NOT_REALLY_PROTECTED',
      severity: 'CRITICAL',
      detailKey: 'no-pairs',
      text: `${called(subject)} is protected, but none of its disks is replicated.`,
      remedy: 'Add a replication pair for every disk that must survive, and attach it.',
      nextActions: [
        {
          title: 'Add a replication pair',
          ...creationRequest('REPLICATION_PAIR', { type: 'PROTECTION_GROUP', id }),
        },
      ],
    }),
  ];
}

function behind(subject: Subject): Conclusion[] {
  const { replicationProgressPercent: progress } = subject.thing as ProtectionGroup;
  if (progress === null || progress >= 100) return [];
  return [
    about(subject, {
      type: 'REPLICATION_LAG',
      severity: 'WARNING',
      text: `${called(subject)} is replicated to ${progress} % only: a failover now would lose what is missing.`,
      remedy: 'Wait until it has caught up before anything is failed over or rehearsed.',
    }),
  ];
}

/** Only where every plan tells its groups: otherwise nothing can be said of those that none names. */
function inNoPlan(groups: readonly Subject[], { survey }: Situation): Conclusion[] {
  if (survey.plans.some(({ protectionGroupIds }) => protectionGroupIds === null)) return [];
  const held = new Set(survey.plans.flatMap(({ protectionGroupIds }) => protectionGroupIds ?? []));
  return groups
    .filter(({ thing }) => !held.has(thing.id))
    .map((subject) =>
      about(subject, {
        type: 'NOT_RECOVERABLE',
        severity: 'WARNING',
        text: `${called(subject)} is protected, but in no plan: nothing would fail it over.`,
        remedy: 'Put it into a recovery plan.',
        nextActions: [{ title: 'Create a recovery plan', ...creationRequest('RECOVERY_PLAN') }],
      }),
    );
}

function halfCovered(subject: Subject, { survey }: Situation): Conclusion[] {
  const plan = subject.thing as RecoveryPlan;
  if (plan.state !== 'PROTECTED') return [];
  const open = survey.groups.filter(
    ({ id, state }) => plan.protectionGroupIds?.includes(id) && state === 'UNPROTECTED',
  );
  const [first] = open;
  if (!first) return [];
  const names = open.slice(0, NAMED).map(({ name }) => name);
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : '';
  return [
    about(subject, {
      type: 'NOT_REALLY_PROTECTED',
      severity: 'CRITICAL',
      detailKey: 'groups',
      text: `${called(subject)} is ready, but these groups in it are not protected: ${names.join(', ')}${more}.`,
      remedy: 'Enable the protection of these groups, or take them out of the plan.',
      nextActions: open.slice(0, NAMED).map(({ id, name }) => ({
        title: `Enable the protection of ${name}`,
        method: 'POST',
        href: `${targetPath({ type: 'PROTECTION_GROUP', id })}/actions/enable-protection`,
      })),
    }),
  ];
}

function conditioned(subject: Subject, { descriptor: { lifecycle } }: Situation): Conclusion[] {
  return subject.thing.conditions.flatMap(({ type, text }) => {
    const kind = CONDITIONS[type];
    if (!kind) return [];
    const nextActions =
      kind.type === 'SPLIT_BRAIN'
        ? waysOut(lifecycle, subject.type, subject.thing.id, subject.thing.upstream.state, [
            'FAILOVER',
            'PLANNED_FAILOVER',
          ])
        : [];
    return [about(subject, { ...kind, detailKey: type, text: `${called(subject)}: ${text}`, nextActions })];
  });
}
