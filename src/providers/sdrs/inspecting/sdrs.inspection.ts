import type { Concern } from '../../../domain/site-finding.js';
import { ProviderError } from '../../provider-error.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { drillConcerns } from './sdrs.drill-concerns.js';
import { instanceConcerns, pairConcerns } from './sdrs.part-concerns.js';
import { taskConcerns } from './sdrs.task-concerns.js';

/**
 * What the survey does not show: five lists of the whole project, whatever its size in groups. Failures inside a group
 * are listed with their group only (section 3.9): what failed there shows in the words of instances and pairs.
 */
export class SdrsInspection {
  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
  ) {}

  /** @param told by the last inspection: what a list that cannot be read now told of stands */
  async concerns(told: readonly Concern[], signal: AbortSignal): Promise<Concern[]> {
    const { client, siteId } = this;
    const groups = new Map((await client.listGroups(signal)).map((group) => [group.id, group]));
    const looks: Record<Part, () => Promise<Concern[]>> = {
      tasks: async () => taskConcerns(siteId, groups, await client.listFailureJobs(null, signal)),
      members: async () => {
        const instances = await client.listInstances(null, signal);
        const pairs = await client.listPairs(null, signal);
        return [
          ...instanceConcerns(siteId, groups, instances, pairs),
          ...pairConcerns(siteId, groups, pairs),
        ];
      },
      drills: async () => drillConcerns(siteId, groups, await client.listDrills(null, signal)),
    };
    const concerns: Concern[] = [];
    const troubles: ProviderError[] = [];
    // One after the other: nobody waits for it, and others need the budget more.
    for (const part of Object.keys(PARTS) as Part[]) {
      try {
        concerns.push(...(await looks[part]()));
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        troubles.push(error);
        concerns.push(...told.filter(PARTS[part]));
      }
    }
    if (troubles[0] && troubles.length === Object.keys(PARTS).length) throw troubles[0];
    return concerns;
  }
}

/** Which of the concerns each part of an inspection tells. */
const PARTS = {
  tasks: ({ type }: Concern) => type === 'FAILED_TASKS',
  members: ({ target }: Concern) =>
    target.type === 'PROTECTED_INSTANCE' || target.type === 'REPLICATION_PAIR',
  drills: ({ type }: Concern) => type === 'DRILL_LEFTOVERS',
} as const;
type Part = keyof typeof PARTS;
