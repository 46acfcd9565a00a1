import type { DrAction } from '../../../domain/dr-action.js';
import type { Blocker } from '../../provider-driver.js';
import { numberOf, percentOf } from '../wire/sdrs.fields.js';
import { faultLevelOf } from '../reading/sdrs.parts-mapper.js';
import type { WireGroup, WirePair } from '../wire/sdrs.wire.js';

/** The actions that the group's instances and pairs carry out. */
const NEEDS_PAIRS: readonly DrAction[] = [
  'ENABLE_PROTECTION',
  'DISABLE_PROTECTION',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
];

export function isCarriedByMembers(action: DrAction): boolean {
  return NEEDS_PAIRS.includes(action);
}

/** What the group's own counts forbid. */
export function groupBlockers(action: DrAction, group: WireGroup): Blocker[] {
  if (NEEDS_PAIRS.includes(action) && numberOf(group.replication_num) === 0) {
    return [
      {
        code: 'no-replication-pairs',
        text: 'The group has no replication pair, and the upstream refuses to work on such a group.',
        remedy: 'Add a protected instance or a replication pair to the group.',
        // The group's count lags behind what was just put into it, and a composite comes here only after that.
        passing: true,
      },
    ];
  }
  return action === 'DELETE_PROTECTION_GROUP' ? contentBlockers(group) : [];
}

function contentBlockers(group: WireGroup): Blocker[] {
  const contents = [
    {
      count: numberOf(group.protected_instance_num),
      code: 'group-has-instances',
      what: 'protected instances',
    },
    {
      count: numberOf(group.replication_num),
      code: 'group-has-replication-pairs',
      what: 'replication pairs',
    },
    { count: numberOf(group.disaster_recovery_drill_num), code: 'group-has-drills', what: 'drills' },
  ];
  return contents
    .filter(({ count }) => count !== null && count > 0)
    .map(({ count, code, what }) => ({
      code,
      text: `The group still holds ${what} (${count}); only an empty group can be deleted.`,
      remedy: `Remove the group's ${what} first.`,
    }));
}

/** Level 5: the documents forbid a failover. A planned one is not mentioned, so it is only warned of. */
export function faultBlockers(action: DrAction, pairs: readonly WirePair[]): Blocker[] {
  const cut = pairs.filter((pair) => faultLevelOf(pair) === '5');
  if (action !== 'FAILOVER' || cut.length === 0) return [];
  return [
    {
      code: 'replication-link-down',
      text: `The link of ${cut.length} of ${pairs.length} replication pairs is down; the upstream does not allow a failover.`,
      remedy: 'Wait until the link is back, or ask the cloud provider.',
    },
  ];
}

export function faultWarnings(action: DrAction, pairs: readonly WirePair[]): string[] {
  const cut = pairs.filter((pair) => faultLevelOf(pair) === '5').length;
  const broken = pairs.filter((pair) => faultLevelOf(pair) === '2').length;
  return [
    ...(action === 'PLANNED_FAILOVER' && cut > 0
      ? [`The link of ${cut} replication pairs is down; the planned failover will probably fail.`]
      : []),
    ...(broken > 0 ? [`${broken} disks at the active site cannot be read or written.`] : []),
  ];
}

/** What the upstream expects of the servers, which it does not show (section 4.1), and how far replication is. */
export function groupWarnings(action: DrAction, group: WireGroup): string[] {
  const progress = percentOf(group.progress);
  const behind = group.status === 'protected' && progress !== null && progress < 100;
  const matters = ['FAILOVER', 'PLANNED_FAILOVER', 'DISABLE_PROTECTION', 'START_DRILL'].includes(action);
  return [
    ...(behind && matters ? [`Replication is at ${progress} %.`] : []),
    ...(SERVER_WARNINGS[action] ?? []),
  ];
}

const SERVER_WARNINGS: Readonly<Partial<Record<DrAction, readonly string[]>>> = {
  PLANNED_FAILOVER: [
    'All servers at the active site must be stopped beforehand; those at the other site are not started afterwards.',
  ],
  FAILOVER: ['The servers at the other site may have to be started by hand afterwards.'],
  REPROTECT: ['The servers at the site that is now passive must be stopped beforehand.'],
};
