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

  async concerns(signal: AbortSignal): Promise<Concern[]> {
    const { client, siteId } = this;
    const groups = new Map((await client.listGroups(signal)).map((group) => [group.id, group]));
    // One after the other: nobody waits for it, and others need the budget more.
    const parts = [
      await told(async () => taskConcerns(siteId, groups, await client.listFailureJobs(null, signal))),
      await told(async () => {
        const instances = await client.listInstances(null, signal);
        const pairs = await client.listPairs(null, signal);
        return [
          ...instanceConcerns(siteId, groups, instances, pairs),
          ...pairConcerns(siteId, groups, pairs),
        ];
      }),
      await told(async () => drillConcerns(siteId, groups, await client.listDrills(null, signal))),
    ];
    const [first] = parts;
    if (first instanceof ProviderError && parts.every((part) => part instanceof ProviderError)) throw first;
    return parts.flatMap((part) => (part instanceof ProviderError ? [] : part));
  }
}

/** What could not be looked at is left out. */
async function told(look: () => Promise<Concern[]>): Promise<Concern[] | ProviderError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
