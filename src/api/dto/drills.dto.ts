import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { KEPT_DRILL_STATES, type KeptDrillState } from '../../domain/drill.js';
import { IsMoment, MayBeAbsent } from './decorators.js';
import { DrillDto, SourceDto } from './inventory.dto.js';
import { AsList, SitesPageQueryDto } from './queries.dto.js';

export class DrillsQueryDto extends SitesPageQueryDto {
  /** One state or several, separated by commas. Without it: those that stand. */
  @MayBeAbsent()
  @AsList()
  @IsIn(KEPT_DRILL_STATES, { each: true })
  state?: KeptDrillState[];

  /** Whether its due time has passed. */
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  overdue?: 'true' | 'false';

  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  recoveryPlanId?: string;
}

export class SitesDrillListDto {
  @ApiProperty({ type: [DrillDto] })
  items!: DrillDto[];
  @ApiProperty({ type: [SourceDto] })
  sources!: SourceDto[];
  nextPageToken?: string;
}

export class UpdateDrillDto {
  /**
   * By when it should be cleaned up, RFC 3339. The gateway's own reminder; the upstream is not told.
   * @example '2030-02-01T18:00:00Z'
   */
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  dueTime!: string;
}
