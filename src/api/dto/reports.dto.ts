import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { OBJECTIVE_STATES, type ObjectiveState } from '../../domain/objectives.js';
import { OPERATION_EVENT_TYPES, type OperationEventType } from '../../domain/operation-event.js';
import { OPERATION_STATES, OUTCOMES, type OperationState, type Outcome } from '../../domain/operation.js';
import { PROTECTION_STATES, type ProtectionState } from '../../domain/inventory.js';
import { COVERAGES, type Coverage } from '../../history/reports/drill-coverage.js';
import { MayBeAbsent } from './decorators.js';
import { DrillDto, SourceDto } from './inventory.dto.js';
import { OperationDto } from './operation.dto.js';
import { AsList, SitesPageQueryDto } from './queries.dto.js';
import { BreakdownDto, CountedOperationDto } from './statistics.dto.js';

export const REPORT_FORMATS = ['json', 'csv', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export class ReportQueryDto {
  /** html: one page to print, which needs nothing but itself. */
  @MayBeAbsent()
  @IsIn(REPORT_FORMATS)
  @ApiProperty({ required: false, enum: REPORT_FORMATS })
  format: ReportFormat = 'json';
}

export class DrillCoverageQueryDto extends SitesPageQueryDto {
  /** One or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(COVERAGES, { each: true })
  coverage?: Coverage[];

  /**
   * csv and html: all at once. csv: the last column tells what a line may lack; a site whose plans could not be read has
   * a line with the coverage UNKNOWN. html: one page to print, which needs nothing but itself.
   */
  @MayBeAbsent()
  @IsIn(REPORT_FORMATS)
  @ApiProperty({ required: false, enum: REPORT_FORMATS })
  format: ReportFormat = 'json';
}

export class CoveredPlanDto {
  id!: string;
  siteId!: string;
  provider!: string;
  name!: string;
  @ApiProperty({ enum: PROTECTION_STATES })
  state!: ProtectionState;
}

export class PlanObjectivesDto {
  @ApiProperty({ type: 'integer', nullable: true })
  rtoSeconds!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  rpoSeconds!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  drillEveryDays!: number | null;
}

export class PlanCoverageDto {
  plan!: CoveredPlanDto;
  /**
   * NEVER: no drill of it went well, as far as the history goes back. OVERDUE: the last one that did is longer ago than
   * `drillEveryDays`. CURRENT: neither.
   */
  @ApiProperty({ enum: COVERAGES })
  coverage!: Coverage;
  @ApiProperty({ type: String, nullable: true })
  nextDrillDueTime!: string | null;
  /** However it ended, unless it was REJECTED. */
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastDrill!: CountedOperationDto | null;
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastSuccessfulDrill!: CountedOperationDto | null;
  /** Those that went well or failed: what was rejected or cancelled is no drill. */
  @ApiProperty({ type: 'integer' })
  drillCount!: number;
  @ApiProperty({ type: 'integer' })
  failedDrillCount!: number;
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastCleanUp!: CountedOperationDto | null;
  /** The drill that stands now. */
  @ApiProperty({ type: String, nullable: true })
  standingDrillId!: string | null;
  /** However it ended, unless it was REJECTED. */
  @ApiProperty({ type: CountedOperationDto, nullable: true })
  lastFailover!: CountedOperationDto | null;
  objectives!: PlanObjectivesDto;
  /** The last drill that went well against `rtoSeconds`: MET only if it did so in full. null = there is no objective. */
  @ApiProperty({ enum: OBJECTIVE_STATES, nullable: true })
  rehearsedRtoState!: ObjectiveState | null;
}

export class CoverageSummaryDto {
  @ApiProperty({ type: 'integer' })
  plans!: number;
  @ApiProperty({ type: 'integer' })
  current!: number;
  @ApiProperty({ type: 'integer' })
  overdue!: number;
  @ApiProperty({ type: 'integer' })
  never!: number;
}

export class DrillCoverageDto {
  generatedTime!: string;
  summary!: CoverageSummaryDto;
  items!: PlanCoverageDto[];
  sources!: SourceDto[];
  /** Sites whose history is still being counted, or could not be read in full: drills of theirs may be missing. */
  uncountedSiteIds!: string[];
  nextPageToken?: string;
}

export class TimelineEntryDto {
  /** The version of the operation after it. */
  @ApiProperty({ type: 'integer' })
  sequence!: number;
  time!: string;
  /** Since the operation was asked for. */
  elapsedSeconds!: number;
  @ApiProperty({ enum: OPERATION_EVENT_TYPES })
  type!: OperationEventType;
  @ApiProperty({ enum: OPERATION_STATES })
  state!: OperationState;
  @ApiProperty({ enum: OUTCOMES, nullable: true })
  outcome!: Outcome | null;
  @ApiProperty({ type: Number, nullable: true })
  progressPercent!: number | null;
  text!: string;
}

export class TimelineDto {
  operationId!: string;
  items!: TimelineEntryDto[];
}

export class OperationReportDto {
  generatedTime!: string;
  operation!: OperationDto;
  timeline!: TimelineEntryDto[];
  /** null = it has not ended. */
  @ApiProperty({ type: BreakdownDto, nullable: true })
  breakdown!: BreakdownDto | null;
  objectives!: PlanObjectivesDto;
  /**
   * Of a failover or a drill’s start, against `rtoSeconds`. MET: it succeeded in full, in time. MISSED: it took longer,
   * also where it failed or succeeded in part. null = there is nothing to hold against it.
   */
  @ApiProperty({ enum: OBJECTIVE_STATES, nullable: true })
  rtoState!: ObjectiveState | null;
  /** Of a drill’s start or clean-up: the drill, as long as it is kept. */
  @ApiProperty({ type: DrillDto, nullable: true })
  drill!: DrillDto | null;
  /** Of a drill’s start: the clean-up that followed; of a clean-up: the start. */
  @ApiProperty({ type: OperationDto, nullable: true })
  counterpart!: OperationDto | null;
}
