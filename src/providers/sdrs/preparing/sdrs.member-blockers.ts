import type { DrAction } from '../../../domain/dr-action.js';
import type { Blocker } from '../../provider-driver.js';
import { numberOf, textOf } from '../wire/sdrs.fields.js';
import { INSTANCE_STATES, PAIR_STATES } from '../lifecycle/sdrs.part-states.js';
import type { WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

type Member = WireInstance | WirePair;

/** Pairs that carry nothing: never made, half removed, or with a disk gone (section 4.3). */
const USELESS: readonly string[] = ['error', 'error-deleting', 'invalid'];

/** What the members of a group forbid, where an action is theirs to carry out. */
export function memberBlockers(
  action: DrAction,
  instances: readonly WireInstance[],
  pairs: readonly WirePair[],
  group: WireGroup,
): Blocker[] {
  const members = [
    ...instances.map((member) => ({ member, words: INSTANCE_STATES })),
    ...pairs.map((member) => ({ member, words: PAIR_STATES })),
  ];
  // What goes along with its group is the group's matter.
  const busy = members.filter(
    ({ member: { status }, words }) => status !== group.status && words[status ?? '']?.passing === true,
  );
  return [
    ...uselessPairs(pairs),
    ...deletedServers(instances),
    ...busyMembers(busy.map(({ member }) => member)),
    ...(action === 'DISABLE_PROTECTION' ? copyingPairs(pairs) : []),
  ];
}

function uselessPairs(pairs: readonly WirePair[]): Blocker[] {
  if (pairs.length === 0 || pairs.some(({ status }) => !USELESS.includes(status ?? ''))) return [];
  return [
    {
      code: 'no-replication-pairs',
      text: `None of the group's replication pairs can be used: ${namesOf(pairs)}.`,
      remedy: 'Delete them, and add a replication pair that works.',
    },
  ];
}

/** Neither such an instance nor its group accepts any operation (section 4.1, failover). */
function deletedServers(instances: readonly WireInstance[]): Blocker[] {
  const invalid = instances.filter(({ status }) => status === 'invalid');
  if (invalid.length === 0) return [];
  return [
    {
      code: 'server-deleted-natively',
      text: `A server was deleted behind the service, so the group takes no operation: ${namesOf(invalid)}.`,
      remedy: 'Delete the protected instance that lost its server, and protect the other server afresh.',
    },
  ];
}

function busyMembers(busy: readonly Member[]): Blocker[] {
  if (busy.length === 0) return [];
  return [
    {
      code: 'member-busy',
      text: `Members of the group are being worked on: ${namesOf(busy)}.`,
      remedy: 'Wait until that has ended.',
      passing: true,
    },
  ];
}

/** The synchronisation must have finished (section 4.1, stop; code 1830). */
function copyingPairs(pairs: readonly WirePair[]): Blocker[] {
  const copying = pairs.filter(isCopying);
  if (copying.length === 0) return [];
  return [
    {
      code: 'still-synchronising',
      text: `${copying.length} of ${pairs.length} replication pairs still synchronise: ${namesOf(copying)}.`,
      remedy: 'Wait until all pairs are at 100 %.',
      passing: true,
    },
  ];
}

/** The pair's own word; where it is missing, its progress (section 4.3). */
function isCopying(pair: WirePair): boolean {
  const word = textOf(pair.replication_status);
  if (word !== null) return word === 'copying';
  const progress = numberOf(pair.progress);
  return pair.status === 'protected' && progress !== null && progress < 100;
}

function namesOf(members: readonly Member[]): string {
  return members.map(({ id, name }) => textOf(name) ?? id).join(', ');
}
