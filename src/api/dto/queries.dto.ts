import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { ACTIVE_SITES, DR_ACTIONS, type ActiveSite, type DrAction } from '../../domain/dr-action.js';
import { PROTECTION_STATES, type ProtectionState } from '../../domain/inventory.js';
import {
  OPERATION_STATES,
  ORIGINS,
  OUTCOMES,
  type OperationState,
  type Origin,
  type Outcome,
} from '../../domain/operation.js';

export const LARGEST_PAGE = 200;
const USUAL_PAGE = 50;

/** `a,b` and `a&state=b` are the same list. */
const AsList = () =>
  Transform(({ value }: { value: string | string[] | undefined }) =>
    value === undefined ? undefined : [value].flat().flatMap((item) => item.split(',')),
  );

export class PageQueryDto {
  /** At most 200; more is taken as 200. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @ApiProperty({ required: false, type: 'integer' })
  pageSize: number = USUAL_PAGE;

  /** From `nextPageToken` of the page before, with the same filters. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  pageToken?: string;
}

export class InventoryQueryDto extends PageQueryDto {
  @IsOptional()
  @IsString()
  siteId?: string;

  @IsOptional()
  @IsString()
  provider?: string;

  /** One state or several, separated by commas. */
  @IsOptional()
  @AsList()
  @IsIn(PROTECTION_STATES, { each: true })
  state?: ProtectionState[];

  @IsOptional()
  @IsIn(ACTIVE_SITES)
  activeSite?: ActiveSite;

  /** Text in the name. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;
}

export class OperationsQueryDto extends PageQueryDto {
  @IsOptional()
  @IsString()
  siteId?: string;

  @IsOptional()
  @IsString()
  provider?: string;

  /** One state or several, separated by commas. */
  @IsOptional()
  @AsList()
  @IsIn(OPERATION_STATES, { each: true })
  state?: OperationState[];

  @IsOptional()
  @IsIn(DR_ACTIONS)
  action?: DrAction;

  @IsOptional()
  @IsIn(OUTCOMES)
  outcome?: Outcome;

  /** Id of a protection group or recovery plan. */
  @IsOptional()
  @IsString()
  targetId?: string;

  @IsOptional()
  @IsString()
  requestedBy?: string;

  @IsOptional()
  @IsIn(ORIGINS)
  origin?: Origin;

  /** Text in the target's name or the reason. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;

  /** RFC 3339, inclusive. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  createdAfter?: string;

  /** RFC 3339, exclusive. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @ApiProperty({ format: 'date-time' })
  createdBefore?: string;

  @IsOptional()
  @IsIn(['createdTime desc', 'createdTime asc'])
  @ApiProperty({ required: false })
  orderBy: 'createdTime desc' | 'createdTime asc' = 'createdTime desc';
}

export class NoQueryDto {}

export class DeleteQueryDto {
  /** Why, for the history. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string;

  /** true = check everything, send nothing. */
  @IsOptional()
  @IsIn(['true', 'false'])
  validateOnly?: 'true' | 'false';
}
