import type { ActionCommand } from '../domain/action-command.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import { publicId } from '../domain/ids.js';
import type { OperationTarget } from '../domain/operation.js';
import type { Preparation } from '../providers/provider-driver.js';

/** Every group touched, and the holder itself; for a creation, the name it will have. */
export function locksOf(
  siteId: string,
  command: ActionCommand,
  preparation: Pick<Preparation, 'groupIds'>,
): string[] {
  const own = command.targetNativeId ?? `new:${nameIn(command) ?? ''}`;
  return [...new Set([...preparation.groupIds, publicId(siteId, own)])];
}

/** What the command is about, as the history shows it. `fallbackName` = until the target tells its own. */
export function targetOf(
  siteId: string,
  command: ActionCommand,
  preparation: Pick<Preparation, 'resource'>,
  fallbackName: string | null,
): OperationTarget {
  const { holder, targetType } = ACTION_FACTS[command.action];
  const ofPart = targetType !== holder;
  const nativeId = ofPart ? command.partNativeId : command.targetNativeId;
  return {
    type: targetType,
    id: nativeId === null ? (holder === 'SITE' ? siteId : null) : publicId(siteId, nativeId),
    name: preparation.resource?.name ?? nameIn(command) ?? fallbackName ?? '',
    within:
      ofPart && command.targetNativeId !== null
        ? { type: holder, id: publicId(siteId, command.targetNativeId) }
        : null,
  };
}

/** The name that something to be created will have. */
function nameIn({ group, input }: ActionCommand): string | undefined {
  return group?.name ?? (input && 'name' in input ? input.name : undefined);
}
