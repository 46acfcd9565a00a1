import type { ActionCommand } from '../../../domain/action-command.js';
import { listOf, numberOf, textOf } from '../wire/sdrs.fields.js';
import { inputOf } from '../lifecycle/sdrs.inputs.js';
import type { WireDrill, WireInstance, WirePair } from '../wire/sdrs.wire.js';

/**
 * Whether a part shows what the action was to bring about, where that is not told by its status. null = it does
 * not show in what can be read: network interfaces and flavors are in no answer (section 3.4).
 */
export function effectOn(
  command: Pick<ActionCommand, 'action' | 'input'>,
  part: WireInstance | WirePair | WireDrill,
): boolean | null {
  switch (command.action) {
    case 'UPDATE_PROTECTED_INSTANCE':
    case 'UPDATE_REPLICATION_PAIR':
    case 'UPDATE_DRILL':
      return part.name === inputOf('UPDATE_DRILL', command).name;
    case 'SET_INSTANCE_TAGS': {
      const { tags } = inputOf('SET_INSTANCE_TAGS', command);
      return bears(part, (borne) =>
        tags.every(({ key, value }) => borne.some((tag) => tag.key === key && (tag.value ?? '') === value)),
      );
    }
    case 'REMOVE_INSTANCE_TAGS': {
      const { keys } = inputOf('REMOVE_INSTANCE_TAGS', command);
      return bears(part, (borne) => !borne.some(({ key }) => keys.includes(key ?? '')));
    }
    case 'EXPAND_REPLICATION_PAIR': {
      const size = sizeOf(part);
      return size === null ? null : size >= inputOf('EXPAND_REPLICATION_PAIR', command).sizeGigabytes;
    }
    case 'ATTACH_REPLICATION_PAIR':
      return isAttached(part, inputOf('ATTACH_REPLICATION_PAIR', command));
    case 'DETACH_REPLICATION_PAIR':
      return !isAttached(part, inputOf('DETACH_REPLICATION_PAIR', command));
    default:
      return null;
  }
}

export function sizeOf(pair: WirePair): number | null {
  return numberOf(pair.record_metadata?.volume_size);
}

export function isAttached(
  pair: WirePair,
  { protectedInstanceId }: { protectedInstanceId: string },
): boolean {
  return attachedTo(pair).includes(protectedInstanceId);
}

/** The instances that have the pair's disks. The device is not compared: a wrong family is converted silently. */
export function attachedTo(pair: WirePair): string[] {
  return listOf(pair.attachment).flatMap(({ protected_instance: id }) => textOf(id) ?? []);
}

/** Tags that are not told are not absent. */
function bears(
  part: WireInstance | WirePair | WireDrill,
  holds: (borne: NonNullable<WireInstance['tags']>) => boolean,
): boolean | null {
  return 'tags' in part && Array.isArray(part.tags)
    ? holds(part.tags as NonNullable<WireInstance['tags']>)
    : null;
}
