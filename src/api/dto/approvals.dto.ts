import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength } from 'class-validator';
import {
  APPROVAL_DECISIONS,
  APPROVAL_STATES,
  type ApprovalDecision,
  type ApprovalState,
} from '../../domain/access/approval.js';
import {
  ACTIVE_SITES,
  DIRECTIONS,
  DR_ACTIONS,
  type ActiveSite,
  type Direction,
  type DrAction,
} from '../../domain/dr-action.js';
import { PROTECTION_STATES, type ProtectionState } from '../../domain/inventory.js';
import { MayBeAbsent } from './decorators.js';
import { AsList, PageQueryDto } from './queries.dto.js';

/** Of what goes on without a second person, and of a no, somebody will ask why. */
export class ReasonDto {
  /**
   * Why: for the history, the audit, and whoever asked.
   * @example 'Talked to the storage team: the array is lost'
   */
  @IsString()
  @Matches(/\S/, { message: 'reason must not be empty' })
  @MaxLength(500)
  reason!: string;
}

export class ApproveDto {
  /**
   * For the history.
   * @example 'Seen on the bridge call'
   */
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  reason?: string;
}

export class ApprovalsQueryDto extends PageQueryDto {
  /** One state or several, separated by commas. */
  @MayBeAbsent()
  @AsList()
  @IsIn(APPROVAL_STATES, { each: true })
  @ApiProperty({ required: false, isArray: true, enum: APPROVAL_STATES })
  state?: ApprovalState[];
}

export class ApprovalDecisionDto {
  /** OVERRIDDEN: it goes on without a second person, and everybody was told. */
  @ApiProperty({ enum: APPROVAL_DECISIONS })
  kind!: ApprovalDecision['kind'];
  /** @example 'acme:grace' */
  decidedBy!: string;
  reason!: string | null;
  time!: string;
}

export class ObservedAtRequestDto {
  @ApiProperty({ enum: PROTECTION_STATES })
  state!: ProtectionState;
  @ApiProperty({ enum: ACTIVE_SITES, nullable: true })
  activeSite!: ActiveSite | null;
}

export class ApprovedRequestDto {
  method!: string;
  path!: string;
  /** As it was sent: another body, another path, another direction is another request. */
  @ApiProperty({ type: Object, additionalProperties: true, nullable: true })
  body!: unknown;
}

export class ApprovalDto {
  /** @example 'eu-cloud.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e' */
  id!: string;
  /** USED: the request was sent again, and let through. EXPIRED: nothing came of it in time. */
  @ApiProperty({ enum: APPROVAL_STATES })
  state!: ApprovalState;
  siteId!: string;
  /** The group or plan; null = it is still to be created, or it is the site itself. */
  targetId!: string | null;
  targetName!: string;
  @ApiProperty({ enum: DR_ACTIONS })
  action!: DrAction;
  @ApiProperty({ enum: DIRECTIONS, nullable: true })
  direction!: Direction | null;
  /** Every group that it touches. */
  touches!: string[];
  /** What the target was when the approval was asked for; when it is used, it must be the same. */
  @ApiProperty({ type: ObservedAtRequestDto, nullable: true })
  observed!: ObservedAtRequestDto | null;
  request!: ApprovedRequestDto;
  /** @example 'acme:ada' */
  requestedBy!: string;
  reason!: string | null;
  requestedTime!: string;
  /** It must be given and used before. */
  expiryTime!: string;
  @ApiProperty({ type: [ApprovalDecisionDto] })
  decisions!: ApprovalDecisionDto[];
  usedTime!: string | null;
  /** What came of it. */
  operationId!: string | null;
}

export class ApprovalListDto {
  @ApiProperty({ type: [ApprovalDto] })
  items!: ApprovalDto[];
  nextPageToken?: string;
}
