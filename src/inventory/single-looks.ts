import { inLane } from '../providers/lanes.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { Thing } from './oddities.js';
import type { Gone } from './plausibility.js';

/** Asks a site for single things that its lists leave out or contradict themselves about. */
export class SingleLooks {
  /** @param prove throws when we are not let in: what may not be seen by an account that is let in is gone for us */
  constructor(
    private readonly provider: Provider,
    private readonly prove: () => Promise<void>,
  ) {}

  /** @param known as it was last known. null = it is gone. Throws when that cannot be told. */
  async find(one: Gone, known: Thing | null): Promise<Thing | null> {
    try {
      return await inLane('REFRESH', () => this.ask(one, known));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.kind === 'NOT_FOUND') return null;
      if (error.kind !== 'PERMISSION_DENIED') throw error;
      await this.prove();
      return null;
    }
  }

  /** As it shows itself; as it was known when that cannot be told now. */
  async findOrKeep(one: Gone, known: Thing | null): Promise<Thing | null> {
    try {
      return await this.find(one, known);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return known;
    }
  }

  private ask({ list, id }: Gone, known: Thing | null): Promise<Thing> {
    if (list === 'groups') return this.provider.getProtectionGroup(id);
    if (list === 'plans') return this.provider.getRecoveryPlan(id);
    const plan = known && 'recoveryPlanId' in known ? known.recoveryPlanId : null;
    if (plan === null) throw new ProviderError('UNSUPPORTED', 'A drill of an unknown plan cannot be read.');
    const where = { planId: this.provider.nativeId(plan), drillId: this.provider.nativeId(id) };
    return this.provider.further('drill', where);
  }
}

/** Whether drills are a list of their own: then one of them can be asked for. */
export function hasDrillsOfItsOwn({ descriptor }: Provider): boolean {
  return descriptor.capabilities.reads.includes('drill');
}
