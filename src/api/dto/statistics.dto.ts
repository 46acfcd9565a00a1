import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import { OBJECTIVE_STATES, type ObjectiveState } from '../../domain/objectives.js';
import { OUTCOMES, VERDICTS, type Outcome, type Verdict } from '../../domain/operation.js';
import { MONTH_PATTERN } from '../../history/statistics/months.js';
import { MayBeAbsent } from './decorators.js';
import { AsList, SitesPageQueryDto } from './queries.dto.js';

export class StatisticsQueryDto extends SitesPageQueryDto {
  /** One action or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(DR_ACTIONS, { each: true })
  action?: DrAction[];

  /** Id of one group or plan, its parts included. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  targetId?: string;

  /**
   * The first month, of UTC, in which the operations were asked for. Without it: all.
   * @example '2030-01'
   */
  @MayBeAbsent()
  @Matches(MONTH_PATTERN, { message: 'from must be a month, such as 2030-01' })
  from?: string;

  /** The last month, included. */
  @MayBeAbsent()
  @Matches(MONTH_PATTERN, { message: 'until must be a month, such as 2030-12' })
  until?: string;

  /** SITE: an item per site. TARGET: an item per group or plan, in pages. */
  @MayBeAbsent()
  @IsIn(['SITE', 'TARGET'])
  @ApiProperty({ required: false, enum: ['SITE', 'TARGET'] })
  groupBy: 'SITE' | 'TARGET' = 'SITE';
}

export class DurationsDto {
  p50!: number;
  p95!: number;
  mean!: number;
  max!: number;
}

/** They add up to the whole. What was not told apart is in the part before it. */
export class BreakdownDto {
  /** From the request until it was about to be sent. */
  queueSeconds!: number;
  /** Until the upstream had taken it. */
  submitSeconds!: number;
  upstreamSeconds!: number;
  /** From the upstream’s end until the verdict. */
  verifySeconds!: number;
}

export class RecoveryTimeDto extends DurationsDto {
  /** Of the last one that succeeded. */
  last!: number;
  /** Where the time went, on average. */
  breakdown!: BreakdownDto;
}

export class CountedOperationDto {
  operationId!: string;
  createdTime!: string;
  endedTime!: string;
  @ApiProperty({ enum: VERDICTS })
  state!: Verdict;
  @ApiProperty({ enum: OUTCOMES, nullable: true })
  outcome!: Outcome | null;
  requestedBy!: string;
  durationSeconds!: number;
  breakdown!: BreakdownDto;
}

export class ActionStatisticsDto {
  @ApiProperty({ enum: DR_ACTIONS })
  action!: DrAction;
  @ApiProperty({ type: 'integer' })
  count!: number;
  @ApiProperty({ type: 'integer' })
  succeeded!: number;
  /** How many of these did so in part only. */
  @ApiProperty({ type: 'integer' })
  succeededInPart!: number;
  @ApiProperty({ type: 'integer' })
  failed!: number;
  @ApiProperty({ type: 'integer' })
  cancelled!: number;
  @ApiProperty({ type: 'integer' })
  rejected!: number;
  /** Of those that succeeded or failed; null = there were none. */
  @ApiProperty({ type: Number, nullable: true })
  successRate!: number | null;
  /** From the request to the verdict, of those that succeeded; p50 and p95 within five percent. */
  @ApiProperty({ type: DurationsDto, nullable: true })
  durationSeconds!: DurationsDto | null;
  /** The same of a failover, with where the time went; null for other actions. */
  @ApiProperty({ type: RecoveryTimeDto, nullable: true })
  recoveryTimeActualSeconds!: RecoveryTimeDto | null;
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  last!: CountedOperationDto | null;
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastSucceeded!: CountedOperationDto | null;
}

export class StatisticsDto {
  siteId!: string;
  provider!: string;
  /** null = the whole site. */
  @ApiProperty({ type: String, nullable: true })
  targetId!: string | null;
  /** As it was called last; null = the whole site, or only parts of it were changed. */
  @ApiProperty({ type: String, nullable: true })
  targetName!: string | null;
  actions!: ActionStatisticsDto[];
}

export class StatisticsListDto {
  @ApiProperty({ type: [StatisticsDto] })
  items!: StatisticsDto[];
  /** Sites whose history is still being counted, or could not be read in full: what is told of them is not all. */
  uncountedSiteIds!: string[];
  nextPageToken?: string;
}

export class JudgedObjectivesDto {
  @ApiProperty({ type: 'integer', nullable: true })
  rtoSeconds!: number | null;
  /**
   * The last failover against it. MET: it succeeded in full, in time. MISSED: it took longer, also where it failed or
   * succeeded in part. NOT_MEASURED: there was none, or its end says nothing. null = there is no objective.
   */
  @ApiProperty({ enum: OBJECTIVE_STATES, nullable: true })
  rtoState!: ObjectiveState | null;
  /** What was promised. It is held against nothing: no upstream tells how far the recovery point was behind. */
  @ApiProperty({ type: 'integer', nullable: true })
  rpoSeconds!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  drillEveryDays!: number | null;
  /** Whether a drill went well within that time; NOT_MEASURED = never did one. */
  @ApiProperty({ enum: OBJECTIVE_STATES, nullable: true })
  drillState!: ObjectiveState | null;
  @ApiProperty({ type: String, nullable: true })
  nextDrillDueTime!: string | null;
}

export class PlanStatisticsDto {
  recoveryPlanId!: string;
  @ApiProperty({ type: String, nullable: true })
  name!: string | null;
  siteId!: string;
  provider!: string;
  actions!: ActionStatisticsDto[];
  /** However it ended, unless it was REJECTED. */
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastDrill!: CountedOperationDto | null;
  /** However it ended, unless it was REJECTED. */
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastFailover!: CountedOperationDto | null;
  objectives!: JudgedObjectivesDto;
  /** false = the site’s history is still being counted: this is not all. */
  counted!: boolean;
}
