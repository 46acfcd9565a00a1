import type { UpstreamCall } from '../../../domain/action-command.js';
import { ProviderError } from '../../provider-error.js';

/** What can be looked at by its id, by the collection in its path. A look at what is not there is NOT_FOUND. */
export type Looks = Readonly<Record<string, ((id: string) => Promise<unknown>) | undefined>>;

interface WordedAsState {
  code: string;
  collection: string;
  gone: string;
}

/**
 * Removing what is gone: groups (1013) and pairs (1608) are told as not found, these two in words about their state,
 * which may as well be meant (section 6.4).
 */
const WORDED_AS_STATE: readonly WordedAsState[] = [
  { code: 'SDRS.1301', collection: 'protected-instances', gone: 'The protected instance is gone already.' },
  { code: 'SDRS.1913', collection: 'disaster-recovery-drills', gone: 'The drill is gone already.' },
];

/**
 * The refusal of a removal, told apart: NOT_FOUND when a look finds nothing there, else the error as it was (also
 * when the look itself fails: then nothing is known beyond the refusal). Any other error passes through.
 */
export async function judgedRemoval(call: UpstreamCall, error: unknown, looks: Looks): Promise<unknown> {
  if (!(error instanceof ProviderError) || error.delivery !== 'REFUSED' || call.method !== 'DELETE')
    return error;
  const [id = '', collection = ''] = call.path.split('/').reverse();
  const row = WORDED_AS_STATE.find(
    (one) => one.code === error.upstream.code && one.collection === collection,
  );
  const look = row && looks[collection];
  if (!look) return error;
  const looked = await look(decodeURIComponent(id)).catch((reason: unknown) => reason);
  if (!(looked instanceof ProviderError) || looked.kind !== 'NOT_FOUND') return error;
  return new ProviderError('NOT_FOUND', row.gone, { upstream: error.upstream, delivery: 'REFUSED' });
}
