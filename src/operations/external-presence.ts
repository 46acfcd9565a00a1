import type { Provider } from '../providers/provider.js';
import type { PastChange } from './external-changes.js';
import { lookAt } from './external-sight.js';

/** So many are looked at singly in one look: each costs a request or two. */
const MOST_LOOKS = 12;

/**
 * Whether what a list does not show any more is gone, and what it shows anew is there: each is looked at singly, for a
 * list that came out short must not make history. One that the list is wrong about speaks for the others: of its kind,
 * nothing more is believed of this look. One for each look.
 */
export class Presence {
  private readonly wrong = new Set<string>();
  private looks = 0;

  constructor(private readonly provider: Provider) {}

  /** Throws `ProviderError`. */
  async agrees({ before, after }: PastChange): Promise<boolean> {
    const subject = after ?? before;
    if (!subject || (before && after)) return true;
    const list = `${subject.kind} ${after ? 'came' : 'went'}`;
    if (this.wrong.has(list) || this.looks === MOST_LOOKS) return false;
    this.looks += 1;
    const live = await lookAt(this.provider, subject);
    const agrees = (live !== null) === (after !== null);
    if (!agrees) this.wrong.add(list);
    return agrees;
  }
}
