import { parsePublicId } from '../../domain/ids.js';
import type { Drill } from '../../domain/inventory.js';
import type { Clock } from '../../platform/clock.js';
import type { Provider } from '../../providers/provider.js';
import type { FindingsStore } from '../findings/redis-findings-store.js';
import type { InventoryService, Source } from '../inventory.service.js';
import type { DrillView } from './drill-view.js';
import type { SiteDrills } from './site-drills.js';

export interface DrillsOfSite {
  provider: Provider;
  drills: DrillView[];
  source: Source;
}

/** Drills over all sites: those that stand, as the inventory knows them, and those that ended lately. */
export class DrillsService {
  constructor(
    private readonly inventory: InventoryService,
    private readonly drills: SiteDrills,
    private readonly findings: FindingsStore,
    private readonly clock: Clock,
  ) {}

  async ofSites(siteId: string | undefined, fresh: boolean): Promise<DrillsOfSite[]> {
    const readings = await this.inventory.drills(siteId, fresh);
    return Promise.all(
      readings.map(async ({ provider, value, source }) => {
        const takenMs = source.refreshedTime === null ? this.clock.now() : Date.parse(source.refreshedTime);
        const drills = await this.drills.shown(provider, value, takenMs);
        return { provider, drills: await this.withLeftovers(provider, drills), source };
      }),
    );
  }

  /** null = there is none, or none any more. */
  async find(id: string, fresh: boolean): Promise<{ provider: Provider; drill: DrillView } | null> {
    const siteId = parsePublicId(id)?.siteId;
    if (siteId === undefined) return null;
    for (const { provider, drills } of await this.ofSites(siteId, fresh)) {
      const drill = drills.find((one) => one.id === id);
      if (drill) return { provider, drill };
    }
    return null;
  }

  /** Drills that were read just now, with what is kept of them. */
  async withKept(provider: Provider, standing: readonly Drill[]): Promise<DrillView[]> {
    const drills = await this.drills.shownOf(provider, standing, this.clock.now());
    return this.withLeftovers(provider, drills);
  }

  moveDue(provider: Provider, id: string, dueTime: string, setBy: string): Promise<void> {
    return this.drills.moveDue(provider, id, dueTime, setBy);
  }

  /** What the last inspection saw to be left of drills that ended. */
  private async withLeftovers({ siteId }: Provider, drills: DrillView[]): Promise<DrillView[]> {
    if (!drills.some(({ state }) => state === 'ENDED')) return drills;
    const { parts } = await this.findings.of(siteId);
    const left = (parts.inspection?.conclusions ?? []).filter(({ type }) => type === 'DRILL_LEFTOVERS');
    return drills.map((drill) => {
      if (drill.state !== 'ENDED') return drill;
      const own = left.filter(({ target: { id } }) => id === drill.id || id === drill.recoveryPlanId);
      const seen = own.map(({ id, severity, text, remedy }) => ({
        ...{ key: id, severity, text, remedy },
        origin: 'SITE' as const,
      }));
      return { ...drill, leftovers: [...drill.leftovers, ...seen] };
    });
  }
}
