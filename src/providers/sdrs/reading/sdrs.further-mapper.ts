import { publicId } from '../../../domain/ids.js';
import type { PlannedInstance } from '../../../domain/plan-parts.js';
import type { ApiVersion, Quota, RpoStatistic, TagValues } from '../../../domain/site-facts.js';
import type { Tag } from '../../../domain/action-inputs.js';
import { listOf, numberOf, textOf, timeOf } from '../wire/sdrs.fields.js';
import { toProtectedInstance } from './sdrs.parts-mapper.js';
import type {
  WireApiVersion,
  WireInstance,
  WireQuota,
  WireRpoStatistic,
  WireTag,
  WireTagValues,
} from '../wire/sdrs.wire.js';

/** The implicit plan starts no machine and orders none: that is the cloud's compute service's affair. */
export function toPlannedInstance(siteId: string, planId: string, instance: WireInstance): PlannedInstance {
  const { id, name, provider, protectionGroupId, state, conditions, upstream } = toProtectedInstance(
    siteId,
    planId,
    instance,
  );
  return {
    id,
    siteId,
    provider,
    name,
    recoveryPlanId: publicId(siteId, planId),
    protectionGroupId,
    state,
    priority: null,
    startupAction: null,
    dependsOn: [],
    conditions,
    upstream,
  };
}

export function toTag(tag: WireTag): Tag {
  return { key: tag.key ?? '', value: tag.value ?? '' };
}

export function toTagValues(tag: WireTagValues): TagValues {
  return { key: tag.key ?? '', values: listOf(tag.values).map(String) };
}

const QUOTAS: Readonly<Record<string, Quota['resource']>> = {
  server_groups: 'PROTECTION_GROUPS',
  replications: 'REPLICATION_PAIRS',
};

/** -1 = unlimited (section 3.8). */
export function toQuota(quota: WireQuota): Quota {
  const type = textOf(quota.type) ?? '';
  const limit = numberOf(quota.quota);
  return {
    resource: QUOTAS[type] ?? 'OTHER',
    upstreamType: type,
    used: numberOf(quota.used) ?? 0,
    limit: limit === null || limit < 0 ? null : limit,
  };
}

const VERSION_STATES: Readonly<Record<string, ApiVersion['state']>> = {
  CURRENT: 'CURRENT',
  SUPPORT: 'SUPPORTED',
  SUPPORTED: 'SUPPORTED',
  DEPRECATED: 'DEPRECATED',
};

export function toApiVersion(version: WireApiVersion): ApiVersion {
  return {
    id: textOf(version.id) ?? '',
    state: VERSION_STATES[textOf(version.status) ?? ''] ?? 'UNKNOWN',
    updatedTime: timeOf(version.updated),
  };
}

/** Its times end with the minute (section 3.10). null = without a time it tells nothing. */
export function toRpoStatistic(statistic: WireRpoStatistic): RpoStatistic | null {
  const text = textOf(statistic.point_time) ?? '';
  const time = timeOf(/^\S+ \d\d:\d\d$/.test(text) ? `${text}:00` : text);
  if (time === null) return null;
  return {
    time,
    resourceType: textOf(statistic.resource_type) ?? 'replication',
    violations: numberOf(statistic.resource_num) ?? 0,
  };
}
