import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { TARGET_TYPES, type TargetType } from '../../domain/dr-action.js';
import { FINDING_TYPES, SEVERITIES, type FindingType, type Severity } from '../../domain/site-finding.js';
import { MayBeAbsent } from './decorators.js';
import { SourceDto } from './inventory.dto.js';
import { AsList, SitesPageQueryDto } from './queries.dto.js';
import { NextActionDto } from './problem.dto.js';

export class FindingsQueryDto extends SitesPageQueryDto {
  /** One type or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(FINDING_TYPES, { each: true })
  type?: FindingType[];

  /** One severity or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(SEVERITIES, { each: true })
  severity?: Severity[];

  /** That severity and everything worse. */
  @MayBeAbsent()
  @IsIn(SEVERITIES)
  severityAtLeast?: Severity;

  /** Id of what it is about, or of the group or plan that holds it. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  targetId?: string;

  /** Text in the finding or in the name of what it is about. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  q?: string;
}

export class FindingTargetDto {
  @ApiProperty({ enum: TARGET_TYPES })
  type!: TargetType;
  id!: string | null;
  name!: string;
  /** Where it can be read; null = nowhere by itself. */
  href!: string | null;
}

export class FindingDto {
  /** @example 'eu-cloud.Yk3mY0o8tZ3WvJq5s7c2Lw' */
  id!: string;
  @ApiProperty({ enum: FINDING_TYPES })
  type!: FindingType;
  /** CRITICAL: a failover would not do what is expected of it, or data are at risk now. */
  @ApiProperty({ enum: SEVERITIES })
  severity!: Severity;
  siteId!: string;
  provider!: string;
  @ApiProperty({ type: FindingTargetDto })
  target!: FindingTargetDto;
  text!: string;
  /** What to do about it. */
  remedy!: string;
  /** Links that mend it, or show more of it. */
  @ApiProperty({ type: [NextActionDto] })
  nextActions!: NextActionDto[];
  /** By the upstream where it tells, otherwise since it was first seen. */
  sinceTime!: string;
  /** When it was last seen to hold; what cannot be looked at keeps its findings. */
  lastSeenTime!: string;
}

export class FindingSourceDto extends SourceDto {
  /** When the upstream was last asked in detail: for failed jobs, certificates, single machines. null = never. */
  inspectedTime!: string | null;
}

export class FindingCountsDto {
  @ApiProperty({ type: 'integer' })
  CRITICAL!: number;
  @ApiProperty({ type: 'integer' })
  WARNING!: number;
  @ApiProperty({ type: 'integer' })
  INFO!: number;
}

export class FindingListDto {
  @ApiProperty({ type: [FindingDto] })
  items!: FindingDto[];
  /** Of all pages, with these filters. */
  @ApiProperty({ type: FindingCountsDto })
  counts!: FindingCountsDto;
  @ApiProperty({ type: [FindingSourceDto] })
  sources!: FindingSourceDto[];
  nextPageToken?: string;
}
