import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import { OPERATION_EVENT_TYPES, type OperationEventType } from '../../domain/operation-event.js';
import { ORIGINS, type Origin } from '../../domain/operation.js';
import { MayBeAbsent } from './decorators.js';
import { AsList } from './queries.dto.js';

export class LastEventQueryDto {
  /** As the header `Last-Event-ID`, for clients that cannot set it; the header wins. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  lastEventId?: string;
}

export class EventsQueryDto extends LastEventQueryDto {
  @MayBeAbsent()
  @IsString()
  siteId?: string;

  @MayBeAbsent()
  @IsString()
  provider?: string;

  @MayBeAbsent()
  @IsIn(DR_ACTIONS)
  action?: DrAction;

  /** Id of what is changed. */
  @MayBeAbsent()
  @IsString()
  targetId?: string;

  @MayBeAbsent()
  @IsString()
  operationId?: string;

  @MayBeAbsent()
  @IsString()
  requestedBy?: string;

  @MayBeAbsent()
  @IsIn(ORIGINS)
  origin?: Origin;

  /** One type or several, separated by commas. Does not narrow the snapshot. */
  @MayBeAbsent()
  @AsList()
  @IsIn(OPERATION_EVENT_TYPES, { each: true })
  @ApiProperty({ required: false, enum: OPERATION_EVENT_TYPES, isArray: true })
  type?: OperationEventType[];
}
