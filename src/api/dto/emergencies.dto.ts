import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, MaxLength } from 'class-validator';
import { ReasonDto } from './approvals.dto.js';
import { IsMoment, MayBeAbsent } from './decorators.js';

export class DeclareEmergencyDto extends ReasonDto {
  /**
   * For these sites. Absent = for all, which needs the right everywhere.
   * @example ['eu-cloud']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(32, { each: true })
  @ApiProperty({ required: false, type: [String] })
  siteIds?: string[];

  /**
   * Until when, at most 60 minutes from now. After that, somebody has to declare it anew.
   * @example '2030-02-01T18:00:00Z'
   */
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  untilTime!: string;
}

export class EmergencyDto {
  /** @example '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e' */
  id!: string;
  reason!: string;
  /** null = everywhere. */
  siteIds!: string[] | null;
  /** Whether approvals and limits are lifted now. */
  inForce!: boolean;
  declaredBy!: string;
  declaredTime!: string;
  untilTime!: string;
  /** Who ended it before its time. */
  endedBy!: string | null;
  endedTime!: string | null;
}

export class EmergencyListDto {
  @ApiProperty({ type: [EmergencyDto] })
  items!: EmergencyDto[];
  nextPageToken?: string;
}
