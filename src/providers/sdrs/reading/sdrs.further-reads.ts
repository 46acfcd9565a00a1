import type { TagValues } from '../../../domain/site-facts.js';
import type { FurtherReads } from '../../further-reads.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { toFailedTask } from './sdrs.failed-tasks.js';
import { recordOf, textOf } from '../wire/sdrs.fields.js';
import {
  toApiVersion,
  toPlannedInstance,
  toQuota,
  toRpoStatistic,
  toTag,
  toTagValues,
} from './sdrs.further-mapper.js';
import { memberOf } from '../preparing/sdrs.part-lookups.js';
import { toDrill, toProtectedInstance, toReplicationPair } from './sdrs.parts-mapper.js';
import type { WireInstance, WireTagged } from '../wire/sdrs.wire.js';

/** What SDRS can tell beyond the common reads. It keeps no history of runs, and has no steps, prompts or issues. */
export function furtherReads(siteId: string, client: SdrsClient): Partial<FurtherReads> {
  const { service } = client;
  const instanceIn = async (groupId: string, id: string, signal: AbortSignal): Promise<WireInstance> =>
    memberOf({ id: groupId }, await client.getInstance(id, signal));

  return {
    protectedInstance: async ({ groupId, instanceId }, { signal }) =>
      toProtectedInstance(siteId, groupId, await instanceIn(groupId, instanceId, signal)),

    instanceTags: async ({ groupId, instanceId }, { signal }) => {
      await instanceIn(groupId, instanceId, signal);
      return (await service.tagsOf(instanceId, signal)).map(toTag);
    },

    replicationPair: async ({ groupId, pairId }, { signal }) =>
      toReplicationPair(siteId, groupId, memberOf({ id: groupId }, await client.getPair(pairId, signal))),

    plannedInstances: async ({ planId }, { signal }) => {
      const instances = await client.listInstances(planId, signal);
      // A filter by an unknown group answers with an empty list.
      if (instances.length === 0) await client.getGroup(planId, signal);
      return instances.map((instance) => toPlannedInstance(siteId, planId, instance));
    },

    plannedInstance: async ({ planId, instanceId }, { signal }) =>
      toPlannedInstance(siteId, planId, await instanceIn(planId, instanceId, signal)),

    drill: async ({ planId, drillId }, { signal }) =>
      toDrill(siteId, planId, memberOf({ id: planId }, await client.getDrill(drillId, signal))),

    apiVersions: async (_everywhere, { signal }) => (await service.versions(signal)).map(toApiVersion),

    quotas: async (_everywhere, { signal }) => (await service.quotas(signal)).map(toQuota),

    failedTasks: async ({ groupId = null }, { signal }) => {
      if (groupId !== null) await client.getGroup(groupId, signal);
      const tasks = await client.listFailureJobs(groupId, signal);
      return tasks.map((task) => toFailedTask(siteId, groupId, task));
    },

    // Whose clock and zone its own filters mean is not said: all are read, and the window is cut out here.
    rpoStatistics: async ({ fromMs = -Infinity, untilMs = Infinity }, { signal }) =>
      (await service.rpoStatistics(signal))
        .flatMap((statistic) => toRpoStatistic(statistic) ?? [])
        .filter(({ time }) => Date.parse(time) >= fromMs && Date.parse(time) <= untilMs),

    tagValues: async (_everywhere, { signal }) => (await service.allTags(signal)).map(toTagValues),

    instancesByTag: async ({ tags }, { signal }) => {
      const wanted = tags.map(({ key, values }) => ({ key, values }));
      const tagged = await service.taggedWith(wanted, signal);
      const found = await Promise.all(
        tagged.filter((one) => bears(one, tags)).map((one) => instanceOf(client, one, signal)),
      );
      return found.map((instance) =>
        toProtectedInstance(siteId, textOf(instance.server_group_id) ?? '', instance),
      );
    },
  };
}

/** A value with a leading asterisk would be searched for as a part of others (section 3.7); no tag can bear one. */
function bears({ tags: borne }: WireTagged, wanted: readonly TagValues[]): boolean {
  if (!Array.isArray(borne)) return true;
  const tags = borne as NonNullable<WireTagged['tags']>;
  return wanted.every(({ key, values }) =>
    tags.some((tag) => tag.key === key && (values.length === 0 || values.includes(tag.value ?? ''))),
  );
}

/** The entry holds the instance; one that lacks what we need of it is read by its id. */
function instanceOf(client: SdrsClient, entry: WireTagged, signal: AbortSignal): Promise<WireInstance> {
  const detail = recordOf(entry.resource_detail);
  const isWhole = detail?.id === entry.resource_id && textOf(detail?.server_group_id) !== null;
  return isWhole
    ? Promise.resolve(detail as unknown as WireInstance)
    : client.getInstance(textOf(entry.resource_id) ?? '', signal);
}
