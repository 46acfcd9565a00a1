import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsString, MaxLength, Min } from 'class-validator';
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
import { INVENTORY_ORDERS, type InventoryOrder } from '../presenters/sorted-lists.js';
import { IsMoment, MayBeAbsent } from './decorators.js';

export const LARGEST_PAGE = 200;
const USUAL_PAGE = 50;

/** `a,b` and `a&state=b` are the same list. */
export const AsList = () =>
  Transform(({ value }: { value: string | string[] | undefined }) =>
    value === undefined ? undefined : [value].flat().flatMap((item) => item.split(',')),
  );

export class PageQueryDto {
  /** At most 200; more is taken as 200. */
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @ApiProperty({ required: false, type: 'integer' })
  pageSize: number = USUAL_PAGE;

  /** From `nextPageToken` of the page before, with the same filters. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(2048)
  pageToken?: string;
}

/** A page of what all sites have, or some of them. */
export class SitesPageQueryDto extends PageQueryDto {
  @MayBeAbsent()
  @IsString()
  siteId?: string;

  @MayBeAbsent()
  @IsString()
  provider?: string;
}

export class InventoryQueryDto extends SitesPageQueryDto {
  /** One state or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(PROTECTION_STATES, { each: true })
  state?: ProtectionState[];

  @MayBeAbsent()
  @IsIn(ACTIVE_SITES)
  activeSite?: ActiveSite;

  /** Text in the name. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  q?: string;

  /** Without it: by id. What is equal is ordered by id. */
  @MayBeAbsent()
  @IsIn(INVENTORY_ORDERS)
  @ApiProperty({ required: false, enum: INVENTORY_ORDERS })
  orderBy?: InventoryOrder;
}

export class OperationsQueryDto extends SitesPageQueryDto {
  /** One state or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(OPERATION_STATES, { each: true })
  state?: OperationState[];

  @MayBeAbsent()
  @IsIn(DR_ACTIONS)
  action?: DrAction;

  @MayBeAbsent()
  @IsIn(OUTCOMES)
  outcome?: Outcome;

  /** Id of what was changed: a group or plan, or a part of one. */
  @MayBeAbsent()
  @IsString()
  targetId?: string;

  @MayBeAbsent()
  @IsString()
  requestedBy?: string;

  @MayBeAbsent()
  @IsIn(ORIGINS)
  origin?: Origin;

  /** The steps of that operation. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  parentId?: string;

  /** Text in the target's name or the reason. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  q?: string;

  /** RFC 3339, inclusive. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  createdAfter?: string;

  /** RFC 3339, exclusive. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  createdBefore?: string;

  /** RFC 3339, inclusive; only what has ended. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  endedAfter?: string;

  /** RFC 3339, exclusive; only what has ended. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  endedBefore?: string;

  @MayBeAbsent()
  @IsIn(['createdTime desc', 'createdTime asc'])
  @ApiProperty({ required: false })
  orderBy: 'createdTime desc' | 'createdTime asc' = 'createdTime desc';
}

/** The filters of the list, and all pages at once. */
export class ExportQueryDto extends OmitType(OperationsQueryDto, ['pageSize', 'pageToken']) {
  @IsIn(['ndjson', 'csv'])
  @ApiProperty({ required: false, enum: ['ndjson', 'csv'] })
  format: 'ndjson' | 'csv' = 'ndjson';
}

export class DeleteQueryDto {
  /** Why, for the history. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  reason?: string;

  /** true = check everything, send nothing. */
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  validateOnly?: 'true' | 'false';
}
