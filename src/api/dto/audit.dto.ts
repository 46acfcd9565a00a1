import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { DECISION_KINDS, type DecisionKind } from '../../domain/access/decision.js';
import { PRINCIPAL_KINDS, type PrincipalKind } from '../../domain/access/principal.js';
import { IsMoment, MayBeAbsent } from './decorators.js';
import { AsList, PageQueryDto } from './queries.dto.js';

export class AuditQueryDto extends PageQueryDto {
  /** Who decided, or was told. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  principalId?: string;

  /** One kind or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(DECISION_KINDS, { each: true })
  kind?: DecisionKind[];

  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  siteId?: string;

  /** Id of what it is about: a group, plan, operation, key or approval. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(512)
  subjectId?: string;

  /** RFC 3339, inclusive. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  from?: string;

  /** RFC 3339, exclusive. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time' })
  to?: string;
}

/** The filters of the list, and all pages at once. */
export class AuditExportQueryDto extends OmitType(AuditQueryDto, ['pageSize', 'pageToken']) {}

export class AuditEntryDto {
  /** @example 'q8VZJr1m0Yp3s5c7wVh2mB9o4uXn6kTzE1dGfLiKaRs' */
  id!: string;
  @ApiProperty({ format: 'date-time' })
  time!: string;
  @ApiProperty({ enum: DECISION_KINDS })
  kind!: DecisionKind;
  /** How many it stands for: refusals of one sender within a minute are counted beyond the first ones. */
  @ApiProperty({ type: 'integer' })
  count!: number;
  /** null = nobody that is known: a refused credential. */
  principalId!: string | null;
  @ApiProperty({ enum: PRINCIPAL_KINDS, nullable: true, type: 'string' })
  principalKind!: PrincipalKind | null;
  requestId!: string;
  clientAddress!: string | null;
  method!: string;
  /** @example '/v1/recovery-plans/:id/actions/failover' */
  route!: string;
  right!: string | null;
  action!: string | null;
  siteId!: string | null;
  /** Id of what it is about. */
  subjectId!: string | null;
  operationId!: string | null;
  /** Of what was refused: the problem's. */
  code!: string | null;
  /** A person's own words. */
  reason!: string | null;
  /** Only a check was asked for: nothing was to be sent. */
  validateOnly!: boolean;
}

export class AuditListDto {
  @ApiProperty({ type: [AuditEntryDto] })
  items!: AuditEntryDto[];
  nextPageToken?: string;
  /** Lines that were looked at for this page and are not what was written; only told to whoever sees all. `npm run audit:verify` says where. */
  @ApiProperty({ type: 'integer', required: false })
  damaged?: number;
}
