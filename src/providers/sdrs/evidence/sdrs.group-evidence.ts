import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import type { SdrsBaseline } from './sdrs.baseline.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';
import { recordOf } from '../wire/sdrs.fields.js';
import { notSeen, started, undecidable } from './sdrs.findings.js';
import type { WireGroup } from '../wire/sdrs.wire.js';

export interface GroupFinding {
  finding: Finding;
  /** Nothing that the task center could say would change or enrich it. */
  settled: boolean;
}

/**
 * What a group's own words prove about an action sent to it (section 5.6): the passing word of the
 * action, or an end that the baseline was not at. A group that failed before and reads the same after
 * proves nothing by its word; then its time of change must have moved.
 */
export function groupFinding(sent: SentCall, baseline: SdrsBaseline, group: WireGroup | null): GroupFinding {
  const { action } = sent.command;
  if (!group) {
    return settled(
      action === 'DELETE_PROTECTION_GROUP'
        ? started('the group is gone')
        : undecidable('the group is gone, which this action does not bring about'),
    );
  }
  if (action === 'UPDATE_PROTECTION_GROUP') return settled(ofRename(sent, group));
  const row = sdrsDescriptor.lifecycle.actions[action];
  const word = group.status ?? '';
  const before = baseline.status ?? 'unknown';
  if (row?.via.includes(word) && word !== before) return settled(started(`the group is ${word}`));
  if (row && hasArrived(sent, baseline, group)) {
    return settled(
      started(`the group went from ${describe(before, baseline.priorityStation)} to ${nowOf(group)}`),
    );
  }
  if (row?.failed.includes(word)) {
    if (word !== before) return open(started(`the group went from ${before} to ${word}`));
    return open(ofSameFailure(baseline, group));
  }
  const same = word === before && group.priority_station === baseline.priorityStation;
  return open(
    same
      ? notSeen(`the group is as it was: ${nowOf(group)}`)
      : undecidable(`the group is ${nowOf(group)}, which is not the doing of this action alone`),
  );
}

/** At the action's good end, which the baseline was not at. */
function hasArrived(sent: SentCall, baseline: SdrsBaseline, group: WireGroup): boolean {
  const { action } = sent.command;
  const ends = sdrsDescriptor.lifecycle.actions[action]?.to;
  if (!Array.isArray(ends) || !ends.includes(group.status ?? '')) return false;
  // Begins and ends in the same word: only the station tells.
  if (action === 'PLANNED_FAILOVER') {
    const wanted = recordOf(recordOf(sent.call.body)?.['reverse-server-group'])?.priority_station;
    return group.priority_station === wanted && baseline.priorityStation !== wanted;
  }
  return group.status !== baseline.status;
}

/** Whether a failure that reads as before is another one. */
function ofSameFailure(baseline: SdrsBaseline, group: WireGroup): Finding {
  const turned = group.priority_station !== baseline.priorityStation;
  const touched = group.updated_at !== baseline.updatedAt;
  if (turned) return started(`the group is ${nowOf(group)}, and production changed its zone`);
  if (!touched) return notSeen(`the group is ${nowOf(group)} as before, and was not changed since`);
  const otherwiseChanged =
    group.name !== baseline.name ||
    (group.protected_instance_num ?? null) !== baseline.instanceCount ||
    (group.replication_num ?? null) !== baseline.pairCount;
  return otherwiseChanged
    ? undecidable(`the group is ${nowOf(group)} as before, and was changed in other ways`)
    : started(
        `the group is ${nowOf(group)} again: it was changed at ${group.updated_at ?? 'an untold time'}`,
      );
}

/** Renaming to the name it had has no effect that could be told from none: then it is done either way. */
function ofRename(sent: SentCall, group: WireGroup): Finding {
  const wanted = recordOf(recordOf(sent.call.body)?.server_group)?.name;
  return group.name === wanted
    ? started('the group bears the new name')
    : notSeen(`the group is still called ${group.name ?? group.id}`);
}

function nowOf(group: WireGroup): string {
  return describe(group.status ?? 'without status', group.priority_station ?? null);
}

function describe(word: string, station: string | null): string {
  return `${word} with production at its ${station ?? 'unknown'} zone`;
}

function settled(finding: Finding): GroupFinding {
  return { finding, settled: true };
}

function open(finding: Finding): GroupFinding {
  return { finding, settled: false };
}
