import { ProviderError } from '../../provider-error.js';
import { partialList, tellsAll, type WireList } from '../wire/srm.lists.js';
import type { WireGroup, WireGroupVm } from '../wire/srm.wire.js';

/**
 * The members of a group, to be said again: a machine that is left out is thrown out of the group (3.4), so the
 * list must be whole by the group's own count too.
 */
export function everyMember(group: WireGroup, vms: WireList<WireGroupVm>): readonly WireGroupVm[] {
  if (!tellsAll(vms)) throw partialList(vms, 'which machines belong to the group');
  const listed = vms.items.length;
  const counted = group.total_vms ?? null;
  if (counted === listed || (counted === null && listed > 0)) return vms.items;
  throw new ProviderError(
    'UNAVAILABLE',
    `SRM counts ${counted ?? 'no'} machines in the group and lists ${listed}; nothing is sent that could leave one out.`,
    { retry: 'TEMPORARY' },
  );
}
