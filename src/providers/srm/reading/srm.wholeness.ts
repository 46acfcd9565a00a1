import { ProviderError } from '../../provider-error.js';
import { tellsAll, type WireList } from '../wire/srm.lists.js';
import { clauseOf, gapsOf, type WireMeta } from '../wire/srm.wire.js';

/** An empty list with gaps is a session or a server in trouble, never an empty inventory. */
export function mustTell(list: WireList<unknown>): void {
  if (list.items.length === 0 && list.gaps.length > 0) throw cannotTell(list.gaps);
}

/** For lists whose items have no place to say that something is missing: whole, or not at all. */
export function mustTellAll(list: WireList<unknown>, ...fields: string[]): void {
  if (!tellsAll(list, ...fields)) throw cannotTell(list.gaps);
}

/** The same for a single object. */
export function mustBeWhole(wire: { _meta?: WireMeta | null }): void {
  const gaps = gapsOf(wire._meta);
  if (gaps.length > 0) throw cannotTell(gaps);
}

/** Nearly every field may be missing (3), but what has none of these is no answer to the question. */
export function mustHave<T extends object>(wire: T, ...fields: (keyof T)[]): void {
  if (fields.some((field) => wire[field] !== undefined && wire[field] !== null)) return;
  throw new ProviderError('BAD_ANSWER', `SRM answered without ${fields.join(', ')}.`, { retry: 'TEMPORARY' });
}

export function cannotTell(gaps: readonly string[]): ProviderError {
  return new ProviderError('UNAVAILABLE', `SRM cannot tell at present: ${gaps.map(clauseOf).join('; ')}.`, {
    retry: 'TEMPORARY',
  });
}
