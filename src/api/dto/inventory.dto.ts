import { ApiProperty } from '@nestjs/swagger';
import {
  ACTIVE_SITES,
  DIRECTIONS,
  DR_ACTIONS,
  type ActiveSite,
  type Direction,
  type DrAction,
} from '../../domain/dr-action.js';
import { KEPT_DRILL_STATES, type KeptDrillState } from '../../domain/drill.js';
import { PROTECTION_STATES, type ProtectionState } from '../../domain/inventory.js';
import { SEVERITIES, type Severity } from '../../domain/site-finding.js';
import { FURTHER_READS, type FurtherRead } from '../../providers/further-reads.js';
import { BREAKER_STATES, type BreakerState } from '../../providers/read-breaker.js';
import { ProblemDto } from './problem.dto.js';

export class SourceDto {
  siteId!: string;
  provider!: string;
  /**
   * FRESH: as it was at the last look, which was not long ago (`ageSeconds`). STALE: the last good look; since then the
   * site failed, answered what is not believed, or nobody looked (`error`). UNAVAILABLE: nothing good was ever read.
   */
  @ApiProperty({ enum: ['FRESH', 'STALE', 'UNAVAILABLE'] })
  state!: 'FRESH' | 'STALE' | 'UNAVAILABLE';
  /** When the last good look began. */
  refreshedTime!: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  ageSeconds!: number | null;
  @ApiProperty({ type: ProblemDto, nullable: true })
  error!: ProblemDto | null;
  /**
   * CLOSED: what is not known is asked of the site. OPEN: it has not answered of late, so what is only read is not asked of it for
   * some seconds: single reads are answered by what was read last, or by a 503 with `Retry-After`. HALF_OPEN: one read is finding out
   * how it is. Told of the process that answers.
   */
  @ApiProperty({ enum: BREAKER_STATES })
  breaker!: BreakerState;
}

export class LocationDto {
  id!: string;
  name!: string;
}

export class ConditionDto {
  /** @example 'SYNCHRONISING' */
  type!: string;
  text!: string;
}

class ResourceDto {
  /** @example 'eu-cloud.2b8f6f2e-9c1d-4a56-9a3e-0f6f1f6e7a11' */
  id!: string;
  siteId!: string;
  provider!: string;
  name!: string;
  @ApiProperty({ enum: PROTECTION_STATES })
  state!: ProtectionState;
  conditions!: ConditionDto[];
  /** The upstream's own id, state and further words. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  upstream!: Record<string, unknown>;
}

class HoldableDto extends ResourceDto {
  /** Since when it is seen in its state; null = only just, or the list has not seen it yet. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  stateSinceTime!: string | null;
  /** The operation that holds it, the gateway's or one that somebody else started. */
  activeOperationId!: string | null;
}

export class ProtectionGroupDto extends HoldableDto {
  description!: string | null;
  @ApiProperty({ enum: ACTIVE_SITES, nullable: true })
  activeSite!: ActiveSite | null;
  @ApiProperty({ type: LocationDto, nullable: true })
  production!: LocationDto | null;
  @ApiProperty({ type: LocationDto, nullable: true })
  recovery!: LocationDto | null;
  @ApiProperty({ type: 'integer', nullable: true })
  replicationProgressPercent!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  instanceCount!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  replicationPairCount!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  drillCount!: number | null;
  createdTime!: string | null;
  updatedTime!: string | null;
}

export class RecoveryPlanDto extends HoldableDto {
  description!: string | null;
  @ApiProperty({ enum: ACTIVE_SITES, nullable: true })
  activeSite!: ActiveSite | null;
  /** The direction in which it can be failed over next. */
  @ApiProperty({ enum: DIRECTIONS, nullable: true })
  nextDirection!: Direction | null;
  @ApiProperty({ type: LocationDto, nullable: true })
  production!: LocationDto | null;
  @ApiProperty({ type: LocationDto, nullable: true })
  recovery!: LocationDto | null;
  /** true = a projection of the one group that has the same id. */
  implicit!: boolean;
  /** In lists, where the upstream does not tell cheaply: as last read, null = not read yet. */
  @ApiProperty({ type: [String], nullable: true })
  protectionGroupIds!: string[] | null;
  @ApiProperty({ type: 'integer', nullable: true })
  progressPercent!: number | null;
}

export class ProtectedInstanceDto extends ResourceDto {
  protectionGroupId!: string;
  productionInstanceId!: string | null;
  recoveryInstanceId!: string | null;
}

export class ReplicationPairDto extends ResourceDto {
  protectionGroupId!: string;
  @ApiProperty({ type: 'integer', nullable: true })
  progressPercent!: number | null;
  productionVolumeId!: string | null;
  recoveryVolumeId!: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  sizeGigabytes!: number | null;
  protectedInstanceIds!: string[];
}

export class DrillLeftoverDto {
  @ApiProperty({ enum: SEVERITIES })
  severity!: Severity;
  text!: string;
  /** What to do about it. */
  remedy!: string;
}

export class DrillDto {
  id!: string;
  siteId!: string;
  provider!: string;
  name!: string;
  recoveryPlanId!: string;
  /** ENDED: it was removed; told for thirty days, or until the next drill of the plan. */
  @ApiProperty({ enum: KEPT_DRILL_STATES })
  state!: KeptDrillState;
  /** By the upstream, where it tells. */
  createdTime!: string | null;
  startedTime!: string;
  /** Who asked for it, as far as an operation tells. */
  startedBy!: string | null;
  /** The operation that began it, also one that was begun outside the gateway. */
  operationId!: string | null;
  /** By when it should be cleaned up. */
  dueTime!: string;
  /** Who moved the due time; null = nobody did. */
  dueTimeSetBy!: string | null;
  /** It stands, and its due time has passed. */
  overdue!: boolean;
  /** When its clean-up ended, or else when it was first seen to be gone. */
  endedTime!: string | null;
  endedBy!: string | null;
  cleanUpOperationId!: string | null;
  /** What is still there after its clean-up. */
  @ApiProperty({ type: [DrillLeftoverDto] })
  leftovers!: DrillLeftoverDto[];
  @ApiProperty({ type: 'object', additionalProperties: true })
  upstream!: Record<string, unknown>;
}

export class ConnectionDto {
  /** CONNECTED: it let us in at the last look. */
  @ApiProperty({ enum: ['CONNECTED', 'DISCONNECTED'] })
  state!: 'CONNECTED' | 'DISCONNECTED';
  /** The upstream's version, where it tells. */
  version!: string | null;
  warnings!: string[];
  checkedTime!: string | null;
}

export class CapabilitiesDto {
  @ApiProperty({ enum: DR_ACTIONS, isArray: true })
  actions!: DrAction[];
  @ApiProperty({ enum: DR_ACTIONS, isArray: true, description: 'What can be asked to stop.' })
  cancellable!: DrAction[];
  explicitPlans!: boolean;
  replicationPairs!: boolean;
  /** A run may wait for a person, who answers through `POST /v1/operations/{id}/input`. */
  prompts!: boolean;
  /** Ended runs are taken over from its history when the site is first connected. */
  pastOperations!: boolean;
  /** What the site can tell beyond its groups and plans; the paths of the others answer `not-offered`. */
  @ApiProperty({ enum: FURTHER_READS, isArray: true })
  reads!: FurtherRead[];
  /** The fields that each action takes beyond its target, and which it must have; others are refused, by name. */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, required: { type: 'boolean' } },
        required: ['name', 'required'],
      },
    },
  })
  inputs!: Record<string, readonly { name: string; required: boolean }[]>;
  /** Finer wishes, per action. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } })
  options!: Record<string, readonly string[]>;
}

export class BudgetDto {
  /** Requests that the gateway allows itself at the site's address within the window, all replicas together. */
  @ApiProperty({ type: 'integer' })
  limit!: number;
  /** Asked within the last `windowSeconds`. */
  @ApiProperty({ type: 'integer' })
  used!: number;
  @ApiProperty({ type: 'integer' })
  windowSeconds!: number;
}

/** NOT_OFFERED: the upstream tells nothing of its past. */
export const PAST_STATES = ['NOT_OFFERED', 'PENDING', 'IMPORTING', 'IMPORTED'] as const;

export class PastOperationsDto {
  @ApiProperty({ enum: PAST_STATES })
  state!: (typeof PAST_STATES)[number];
  /** How many ended runs of the site's own history are operations now, with origin EXTERNAL. */
  @ApiProperty({ type: 'integer' })
  importedCount!: number;
  /** Runs of which the site does not tell what they were or how they ended. */
  @ApiProperty({ type: 'integer' })
  leftOutCount!: number;
  /** When the oldest run began that the site told of. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  oldestTime!: string | null;
  /** What had ended by then is taken over; what ended later was seen here. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  untilTime!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedTime!: string | null;
  /** Why it could not go on the last time; it is tried again. */
  trouble!: string | null;
}

export class SiteDto {
  id!: string;
  name!: string;
  provider!: string;
  /** The provider's name for people. */
  providerTitle!: string;
  connection!: ConnectionDto;
  capabilities!: CapabilitiesDto;
  /** null = its requests are not counted, or only a part of the site is seen. */
  @ApiProperty({ type: BudgetDto, nullable: true })
  budget!: BudgetDto | null;
  /** What was taken over from the site's own history when it was first connected; null = only a part of the site is seen. */
  @ApiProperty({ type: PastOperationsDto, nullable: true })
  pastOperations!: PastOperationsDto | null;
  /** What is known of it: how old, and what was wrong at the last look. */
  source!: SourceDto;
}

export class SiteListDto {
  items!: SiteDto[];
  sources!: SourceDto[];
}

export class ProtectionGroupListDto {
  items!: ProtectionGroupDto[];
  sources!: SourceDto[];
  nextPageToken?: string;
}

export class RecoveryPlanListDto {
  items!: RecoveryPlanDto[];
  sources!: SourceDto[];
  nextPageToken?: string;
}

export class ProtectedInstanceListDto {
  items!: ProtectedInstanceDto[];
  nextPageToken?: string;
}

export class ReplicationPairListDto {
  items!: ReplicationPairDto[];
  nextPageToken?: string;
}

export class DrillListDto {
  items!: DrillDto[];
  nextPageToken?: string;
}

export class GroupsOfPlanDto {
  items!: ProtectionGroupDto[];
  nextPageToken?: string;
}

export class PlansOfGroupDto {
  items!: RecoveryPlanDto[];
  nextPageToken?: string;
}
