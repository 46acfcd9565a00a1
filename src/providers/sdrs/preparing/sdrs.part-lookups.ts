import { ProviderError } from '../../provider-error.js';
import type { WireGroup } from '../wire/sdrs.wire.js';

/** A part is looked up by its own id; under another group than its own it is not found. */
export function memberOf<T extends { id: string; server_group_id?: string | null }>(
  group: Pick<WireGroup, 'id'>,
  part: T,
): T {
  if (part.server_group_id === group.id) return part;
  throw new ProviderError('NOT_FOUND', `There is no ${part.id} in group ${group.id}.`);
}
