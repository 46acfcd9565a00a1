import type { Prompt } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { promptOf } from './srm.mapper.js';
import type { DetailReads } from '../watching/srm.detail-reads.js';
import { mustTellAll } from './srm.wholeness.js';

/** Plans whose prompts are read in one round, whatever the number of those that wait. */
const PLANS_A_ROUND = 3;

export interface PromptLook {
  prompts: Prompt[];
  warnings: string[];
}

/** The prompts of plans that wait for a person: each plan's were read lately, though not in every round. */
export class SrmPlanPrompts {
  private readonly seen = new Map<string, PromptLook>();
  private readonly readAt = new Map<string, number>();

  constructor(
    private readonly client: SrmClient,
    private readonly details: DetailReads,
  ) {}

  /** By plan, as they were read last. */
  get known(): ReadonlyMap<string, PromptLook> {
    return this.seen;
  }

  /** By plan; who is absent has not had its turn yet. */
  async of(planIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, PromptLook>> {
    const waiting = new Set(planIds);
    for (const known of [this.seen, this.readAt])
      for (const planId of known.keys()) if (!waiting.has(planId)) known.delete(planId);
    const now = this.client.clock.monotonic();
    // A prompt waits for ever, if need be: it need not be read in every round.
    const paceMs = this.details.paceMs('PROMPTS');
    const lastRead = (planId: string): number => this.readAt.get(planId) ?? -Infinity;
    const due = [...waiting].filter((planId) => now - lastRead(planId) >= paceMs);
    due.sort((one, other) => Math.max(-1, lastRead(one)) - Math.max(-1, lastRead(other)));
    for (const planId of due.slice(0, PLANS_A_ROUND)) {
      // Each by itself: the last one may have been slow.
      if (signal.aborted || this.details.places('PROMPTS') === 0) break;
      this.details.note('PROMPTS');
      this.readAt.set(planId, now);
      const look = await this.read(planId, signal);
      if (look.prompts.length > 0 || look.warnings.length === 0 || !this.seen.has(planId))
        this.seen.set(planId, look);
    }
    return this.seen;
  }

  private async read(planId: string, signal: AbortSignal): Promise<PromptLook> {
    try {
      const prompts = await this.client.prompts(planId, signal);
      mustTellAll(prompts, 'prompt_text');
      return { prompts: prompts.items.map(promptOf), warnings: [] };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return {
        prompts: [],
        warnings: [`The plan waits at a prompt that could not be read: ${error.message}`],
      };
    }
  }
}
