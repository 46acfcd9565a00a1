import type { Problem } from '../../domain/problem.js';
import type { Concern } from '../../domain/site-finding.js';
import type { SiteLook } from '../../domain/site-survey.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { ProviderError } from '../../providers/provider-error.js';
import type { Provider } from '../../providers/provider.js';
import type { SiteDrills } from '../drills/site-drills.js';
import type { LookConsumer, MissedBy } from '../look-consumers.js';
import type { ModelStore } from '../redis-model-store.js';
import type { SiteWork } from '../site-work.js';
import type { KeptConclusion } from './finding.js';
import type { FindingsStore } from './redis-findings-store.js';
import { drillReminders } from './rules/drill-rules.js';
import { concluded } from './rules/index.js';
import { inspected } from './rules/inspection-links.js';
import { operationConclusions } from './rules/operation-rules.js';
import { oddConclusions } from './rules/oddity-rules.js';
import { missedLook } from './rules/site-rules.js';
import type { Situation } from './rules/situation.js';

/** An inspection that failed is tried again after so long, or sooner if inspections are more frequent. */
const TRIED_AGAIN_MS = 60_000;

/**
 * Draws conclusions from looks at a site: what somebody should look at. Told by the refresh job. Idempotent. What could
 * not be looked at keeps its findings, and their age.
 */
export class SiteFindings implements LookConsumer {
  readonly name = 'findings';

  constructor(
    private readonly store: FindingsStore,
    private readonly models: Pick<ModelStore, 'model' | 'lastEndMs' | 'oddities'>,
    private readonly drills: SiteDrills,
    private readonly work: SiteWork,
    private readonly clock: Clock,
    private readonly inspectionMs: number,
    private readonly log: Log,
  ) {}

  take(provider: Provider, look: SiteLook): Promise<void> {
    return this.update(provider, look);
  }

  /** After a look that was believed; asks the driver for an inspection when one is due. */
  async update(provider: Provider, { after }: Pick<SiteLook, 'after'>): Promise<void> {
    const { siteId, descriptor } = provider;
    const situation: Situation = { survey: after.survey, descriptor };
    const drills = await this.drills.update(provider, { after });
    const open = await this.work.unfinished(siteId);
    const now = this.clock.now();
    await this.store.keep(siteId, {
      site: { seenMs: after.takenMs, conclusions: [] },
      inventory: {
        seenMs: after.takenMs,
        conclusions: [
          ...concluded(situation),
          ...oddConclusions(provider, await this.models.oddities(siteId)),
        ],
      },
      drills: { seenMs: now, conclusions: drillReminders(drills, now, situation) },
      operations: { seenMs: now, conclusions: operationConclusions(open) },
    });
    const ends = drills.map(({ endedTime }) => (endedTime === null ? -Infinity : Date.parse(endedTime)));
    // While operations run, their events say nothing new of what an inspection looks at.
    if (open.length === 0) ends.push(await this.models.lastEndMs(siteId));
    await this.inspectWhenDue(provider, situation, Math.max(-Infinity, ...ends));
  }

  /** After a look that taught nothing: says so where the site is to blame, and goes on with what needs no look. */
  async missed(provider: Provider, why: MissedBy, problem: Problem): Promise<void> {
    const { siteId, siteName } = provider;
    const now = this.clock.now();
    const { parts } = await this.store.of(siteId);
    const sinceMs = parts.site?.conclusions[0]?.sinceMs ?? now;
    const model = await this.models.model(siteId);
    const drills = await this.drills.shown(provider, null, now);
    const situation = model && { survey: model.model.survey, descriptor: provider.descriptor };
    await this.store.keep(siteId, {
      ...(why === 'POSTPONED'
        ? {}
        : {
            site: {
              seenMs: now,
              conclusions: [missedLook({ siteId, siteName, why, problem, sinceMs, now })],
            },
          }),
      drills: { seenMs: now, conclusions: drillReminders(drills, now, situation) },
      operations: { seenMs: now, conclusions: operationConclusions(await this.work.unfinished(siteId)) },
    });
  }

  /** @param lastEndMs when something last ended here, a drill or an operation: what it left or mended is looked for soon */
  private async inspectWhenDue(provider: Provider, situation: Situation, lastEndMs: number): Promise<void> {
    const { siteId } = provider;
    const now = this.clock.now();
    const { parts, triedMs } = await this.store.of(siteId);
    const lastMs = parts.inspection?.seenMs ?? -Infinity;
    const dueMs = Math.max(
      lastEndMs > lastMs ? -Infinity : lastMs + this.inspectionMs,
      (triedMs ?? -Infinity) + Math.min(this.inspectionMs, TRIED_AGAIN_MS),
    );
    if (now < dueMs) return;
    await this.store.noteTried(siteId, now);
    try {
      const told = parts.inspection?.conclusions.map((one) => concernIn(one, lastMs)) ?? [];
      const concerns = await provider.inspect(told);
      const conclusions = concerns.map((concern) => inspected(siteId, concern, situation));
      await this.store.keep(siteId, { inspection: { seenMs: now, conclusions } });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.log.warn(
        { siteId, kind: error.kind, upstream: error.upstream },
        `not inspected: ${error.message}`,
      );
    }
  }
}

/** As it is handed to the next inspection: with when it was looked at, so that handing it on makes it no younger. */
function concernIn(told: KeptConclusion, inspectedMs: number): Concern {
  const { type, severity, target, detailKey, text, remedy, sinceTime } = told;
  const seenTime = told.seenTime ?? isoTime(inspectedMs);
  return { type, severity, target, detailKey, text, remedy, sinceTime, seenTime };
}
