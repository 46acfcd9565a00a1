import type { RecoveryPlanListDto } from '../../src/api/dto/inventory.dto.js';
import { eventually } from './eventually.js';
import type { World } from './world.js';

/**
 * A worker has looked at the site from now on, and has drawn its conclusions: it begins another look only after those,
 * so two new ones are waited for.
 */
export async function untilLookedAt({ api }: World, siteId: string): Promise<void> {
  const refreshed = async (): Promise<string | null> => {
    const { sources } = await api.read<RecoveryPlanListDto>(`/v1/recovery-plans?siteId=${siteId}`);
    return sources.find((source) => source.siteId === siteId)?.refreshedTime ?? null;
  };
  let last = await refreshed();
  for (const which of ['a', 'another'])
    last = await eventually(`${which} look at ${siteId}`, async () => {
      const now = await refreshed();
      return now !== last ? now : null;
    });
}
