import { publicId } from '../../../domain/ids.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { Concern, FindingTarget } from '../../../domain/site-finding.js';
import { faultLevelOf, toProtectedInstance } from '../reading/sdrs.parts-mapper.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';
import { listOf, percentOf, textOf } from '../wire/sdrs.fields.js';
import type { WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

type Kind = 'PROTECTED_INSTANCE' | 'REPLICATION_PAIR';
type Part = WireInstance | WirePair;
type Groups = ReadonlyMap<string, WireGroup>;
type Said = Pick<Concern, 'type' | 'severity' | 'detailKey' | 'text' | 'remedy'>;

const { lifecycle } = sdrsDescriptor;

export function instanceConcerns(
  siteId: string,
  groups: Groups,
  instances: readonly WireInstance[],
  pairs: readonly WirePair[],
): Concern[] {
  const replicated = new Set(
    pairs.flatMap(({ attachment }) => listOf(attachment).map(({ protected_instance: id }) => id)),
  );
  return instances.flatMap((instance) => {
    const group = groups.get(textOf(instance.server_group_id) ?? '');
    if (!group) return [];
    const said = [
      ...ofWord('PROTECTED_INSTANCE', instance, group),
      ...ofFreezing(siteId, instance),
      ...(replicated.has(instance.id) ? [] : ofDisks(instance, group)),
    ];
    return said.map((one) => concern(siteId, 'PROTECTED_INSTANCE', instance, group, one));
  });
}

export function pairConcerns(siteId: string, groups: Groups, pairs: readonly WirePair[]): Concern[] {
  return pairs.flatMap((pair) => {
    const group = groups.get(textOf(pair.server_group_id) ?? '');
    if (!group) return [];
    const said = [
      ...ofWord('REPLICATION_PAIR', pair, group),
      ...ofFaultLevel(pair),
      ...ofReplication(pair, group),
    ];
    return said.map((one) => concern(siteId, 'REPLICATION_PAIR', pair, group, one));
  });
}

/** A part shares the words of its group: what differs at rest did not come along. */
function ofWord(kind: Kind, part: Part, group: WireGroup): Said[] {
  const word = textOf(part.status) ?? '';
  const { state, meaning, passing } = meaningOf(lifecycle, kind, word);
  if (passing || word === '' || word === group.status) return [];
  const name = nameOf(part);
  const said = { detailKey: 'word', text: `${name} is ${word}: ${meaning}` };
  if (state === 'UNKNOWN') {
    const remedy = "Look at it in the vendor's console.";
    return [{ ...said, type: 'UNKNOWN_STATE', severity: 'INFO', remedy }];
  }
  if (isProtected(group)) {
    const text = `The group ${nameOf(group)} is protected, and ${name} in it is ${word}. ${meaning}`;
    const remedy = `Mend ${name}, then see that it is protected; a failover would leave it behind.`;
    return [{ ...said, text, type: 'NOT_REALLY_PROTECTED', severity: 'CRITICAL', remedy }];
  }
  if (state === 'INCOMPLETE') {
    const remedy = 'Run the action that failed again, on the group or on the part.';
    return [{ ...said, type: 'INCOMPLETE_ACTION', severity: 'WARNING', remedy }];
  }
  if (state !== 'ERROR') return [];
  const remedy = 'Mend or remove it: until then its group may refuse every action.';
  return [{ ...said, type: 'UPSTREAM_ISSUE', severity: 'WARNING', remedy }];
}

function ofFreezing(siteId: string, instance: WireInstance): Said[] {
  const { conditions } = toProtectedInstance(siteId, '', instance);
  return conditions
    .filter(({ type }) => type === 'FROZEN')
    .map(({ text }) => ({
      type: 'UPSTREAM_ISSUE',
      severity: 'WARNING',
      detailKey: 'frozen',
      text,
      remedy: 'Settle the account with the provider.',
    }));
}

/** Every server has a system disk, and a pair for it is made with the instance (section 3.4). */
function ofDisks(instance: WireInstance, group: WireGroup): Said[] {
  if (!isProtected(group) || !Array.isArray(instance.attachment) || instance.attachment.length > 0) return [];
  return [
    {
      type: 'NOT_REALLY_PROTECTED',
      severity: 'CRITICAL',
      detailKey: 'disks',
      text: `None of the disks of ${nameOf(instance)} is replicated, and its group ${nameOf(group)} is protected.`,
      remedy: 'Create replication pairs for its disks, and attach them.',
    },
  ];
}

/** Section 3.5. */
function ofFaultLevel(pair: WirePair): Said[] {
  switch (faultLevelOf(pair)) {
    case '2':
      return [
        {
          type: 'UPSTREAM_ISSUE',
          severity: 'CRITICAL',
          detailKey: 'fault-level',
          text: `The disk of ${nameOf(pair)} at the active site cannot be read or written.`,
          remedy: 'Mend the disk, or fail its group over.',
        },
      ];
    case '5':
      return [
        {
          type: 'NOT_REALLY_PROTECTED',
          severity: 'CRITICAL',
          detailKey: 'fault-level',
          text: `The link of ${nameOf(pair)} between the two sites is down: its group cannot fail over.`,
          remedy: 'Ask the provider about the link; nothing can be done here until it is back.',
        },
      ];
    default:
      return [];
  }
}

/** The group's own progress is judged with the inventory: what it does not show is told of its pairs. */
function ofReplication(pair: WirePair, group: WireGroup): Said[] {
  if (!isProtected(group) || pair.status !== 'protected') return [];
  const replication = textOf(pair.replication_status);
  const progress = percentOf(pair.progress);
  const name = nameOf(pair);
  if (replication === 'inactive' || replication === 'active-stopped') {
    const text = `${name} says that it is protected, and its replication is ${replication}.`;
    const remedy = 'Look at the pair; disable and enable the protection of its group if it stays so.';
    return [{ type: 'NOT_REALLY_PROTECTED', severity: 'CRITICAL', detailKey: 'replication', text, remedy }];
  }
  const isBehind = replication === 'copying' || (progress !== null && progress < 100);
  if (!isBehind || (percentOf(group.progress) ?? 100) < 100) return [];
  const text = `${name} is replicated to ${progress ?? 'an untold number of'} %.`;
  const remedy = 'Wait until it is whole; a failover before that may lose data.';
  return [{ type: 'REPLICATION_LAG', severity: 'WARNING', detailKey: 'replication', text, remedy }];
}

function isProtected({ status }: WireGroup): boolean {
  return status === 'protected';
}

function nameOf(item: { id: string; name?: string | null }): string {
  return textOf(item.name) ?? item.id;
}

function concern(siteId: string, type: Kind, part: Part, group: WireGroup, said: Said): Concern {
  const within = { type: 'PROTECTION_GROUP', id: publicId(siteId, group.id) } as const;
  const target: FindingTarget = { type, id: publicId(siteId, part.id), name: nameOf(part), within };
  return { ...said, target, sinceTime: null };
}
