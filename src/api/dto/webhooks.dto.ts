import { ApiProperty, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { DELIVERY_STATES, type DeliveryState } from '../../webhooks/delivery.js';
import { DISABLED_REASONS, TOLD_TYPES, type DisabledReason } from '../../webhooks/webhook.js';
import { MayBeAbsent } from './decorators.js';
import { AsList, PageQueryDto } from './queries.dto.js';

export class CreateWebhookDto {
  /**
   * Where to send to: https, and an address of the public internet, unless WEBHOOK_ALLOW_PRIVATE says otherwise.
   * @example 'https://hooks.example.com/dr'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(2048)
  url!: string;

  /**
   * Only these. Absent or empty = all but `operation.imported`, which tells of what ended long ago.
   * @example ['operation.succeeded', 'operation.failed', 'operation.unknown']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(50)
  @IsIn(TOLD_TYPES, { each: true })
  @ApiProperty({ required: false, isArray: true, enum: TOLD_TYPES })
  eventTypes?: string[];

  /**
   * Only what happens at these sites. Absent or empty = at all.
   * @example ['eu-cloud']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(32, { each: true })
  @ApiProperty({ required: false, type: [String] })
  siteIds?: string[];

  /** @example 'On-call' */
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  description?: string;
}

/** What is absent stays as it is. */
export class UpdateWebhookDto extends PartialType(CreateWebhookDto, { skipNullProperties: false }) {
  /**
   * true = nothing is sent, and what happens meanwhile is not told; what waits goes on waiting, for
   * WEBHOOK_DISABLED_KEPT_DAYS. false = what waits is sent, and `webhook.events-missed` says what is not.
   */
  @MayBeAbsent()
  @IsBoolean()
  disabled?: boolean;
}

export class EndpointHealthDto {
  /** Attempts that failed in a row. */
  @ApiProperty({ type: 'integer' })
  failures!: number;
  failingSinceTime!: string | null;
  /** The breaker is open, or the endpoint asked for patience: nothing is sent before. */
  pausedUntilTime!: string | null;
  lastDeliveredTime!: string | null;
  lastError!: string | null;
}

export class WebhookDto {
  /** @example '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e' */
  id!: string;
  url!: string;
  /** Empty = all. */
  @ApiProperty({ isArray: true, enum: TOLD_TYPES })
  eventTypes!: string[];
  /** Empty = all. */
  siteIds!: string[];
  description!: string | null;
  disabled!: boolean;
  /** REQUESTED: somebody asked for it. GONE: it answered 410. FAILING: it took nothing for days. BACKLOG: too much waited for it. */
  @ApiProperty({ enum: DISABLED_REASONS, nullable: true })
  disabledReason!: DisabledReason | null;
  disabledTime!: string | null;
  createdBy!: string;
  createdTime!: string;
  updatedTime!: string;
  /** The secret before the last one signs as well until then; null = it does not any more. */
  previousSecretUntilTime!: string | null;
  @ApiProperty({ type: EndpointHealthDto })
  endpoint!: EndpointHealthDto;
  /** Deliveries that wait. */
  @ApiProperty({ type: 'integer' })
  waitingDeliveries!: number;
  /** How many waited and were dropped, ever: too much waited for webhooks, or too long for this one while it was disabled. */
  @ApiProperty({ type: 'integer' })
  droppedDeliveries!: number;
  /** The time of the newest event among them. */
  @ApiProperty({ type: String, nullable: true })
  lastDroppedEventTime!: string | null;
}

export class WebhookWithSecretDto extends WebhookDto {
  /**
   * What the signatures are made with: keep it, it is not shown again.
   * @example 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0123456789A='
   */
  secret!: string;
}

export class WebhookListDto {
  @ApiProperty({ type: [WebhookDto] })
  items!: WebhookDto[];
  nextPageToken?: string;
}

export class DeliveriesQueryDto extends PageQueryDto {
  /** One state or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(DELIVERY_STATES, { each: true })
  state?: DeliveryState[];
}

export class DeliveryAttemptDto {
  time!: string;
  /** HTTP's; null = no answer came. */
  @ApiProperty({ type: 'integer', nullable: true })
  responseStatus!: number | null;
  @ApiProperty({ type: 'integer' })
  latencyMs!: number;
  /** null = it was taken. */
  error!: string | null;
  /** The first characters of the answer. */
  answer!: string | null;
}

export class DeliveryDto {
  /** @example '018f2b3c4d5e6f708192a3b4c5d6e7f8' */
  id!: string;
  webhookId!: string;
  /** `webhook-id` of the request: the same however often it is sent. */
  eventId!: string;
  eventType!: string;
  eventTime!: string;
  operationId!: string | null;
  siteId!: string | null;
  /** The order among the events of one operation. */
  @ApiProperty({ type: 'integer', nullable: true })
  sequence!: number | null;
  /** WAITING: to be sent, or sent again. FAILED: given up. */
  @ApiProperty({ enum: DELIVERY_STATES })
  state!: DeliveryState;
  queuedTime!: string;
  /** When it is tried again; null = it is over, or waits for the one before it. */
  nextAttemptTime!: string | null;
  endedTime!: string | null;
  @ApiProperty({ type: 'integer' })
  attemptCount!: number;
  @ApiProperty({ type: DeliveryAttemptDto, nullable: true })
  lastAttempt!: DeliveryAttemptDto | null;
}

export class DeliveryDetailDto extends DeliveryDto {
  /** The last twenty, the oldest first. */
  @ApiProperty({ type: [DeliveryAttemptDto] })
  attempts!: DeliveryAttemptDto[];
  /** What is sent. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  event!: object;
}

export class DeliveryListDto {
  @ApiProperty({ type: [DeliveryDto] })
  items!: DeliveryDto[];
  nextPageToken?: string;
}
