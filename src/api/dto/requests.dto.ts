import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { ACTIVE_SITES, DIRECTIONS, type ActiveSite, type Direction } from '../../domain/dr-action.js';
import { PROTECTION_STATES, type ProtectionState } from '../../domain/inventory.js';
import { RESOLUTIONS, type Resolution } from '../../domain/operation.js';
import { IsMoment, MayBeAbsent } from './decorators.js';

/** What every request that changes something may say. */
export class ChangeRequestDto {
  /**
   * Why, for the history.
   * @example 'Storage array failing in AZ 1, incident 4711'
   */
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  reason?: string;

  /**
   * true = check everything, send nothing; answers 200 with the pre-flight report.
   * @example false
   */
  @MayBeAbsent()
  @IsBoolean()
  validateOnly?: boolean;
}

/** Of an action on a plan or a group. What is expected is compared when it is accepted, and once more right before it is sent. */
export class ExpectingRequestDto extends ChangeRequestDto {
  /**
   * The state that the target is believed to be in; in another one it is refused. Absent = whichever the action is
   * allowed from.
   * @example 'PROTECTED'
   */
  @MayBeAbsent()
  @IsIn(PROTECTION_STATES)
  @ApiProperty({ enum: PROTECTION_STATES, required: false })
  expectedState?: ProtectionState;

  /**
   * Where the workload is believed to run.
   * @example 'PRODUCTION'
   */
  @MayBeAbsent()
  @IsIn(ACTIVE_SITES)
  @ApiProperty({ enum: ACTIVE_SITES, required: false })
  expectedActiveSite?: ActiveSite;
}

class DirectedRequestDto extends ExpectingRequestDto {
  /**
   * Where the workload is to move. It is refused when it names where the workload already runs, so that a stale
   * click cannot fail it back.
   * @example 'TO_RECOVERY'
   */
  @IsIn(DIRECTIONS, { message: `direction must be ${DIRECTIONS.join(' or ')}` })
  direction!: Direction;

  /** SRM: replicate the latest changes first. Default: true when planned, false otherwise. */
  @MayBeAbsent()
  @IsBoolean()
  syncData?: boolean;
}

export class PlannedFailoverDto extends DirectedRequestDto {
  /** SRM: move eligible machines while they run. */
  @MayBeAbsent()
  @IsBoolean()
  migrateEligibleVms?: boolean;
}

export class FailoverDto extends DirectedRequestDto {
  /** SRM: leave the site that fails alone; no shutdown and no synchronisation there. */
  @MayBeAbsent()
  @IsBoolean()
  skipProtectionSiteOperations?: boolean;
}

export class ReprotectDto extends ExpectingRequestDto {
  /** SRM: go on in spite of clean-up errors; may leave things behind. */
  @MayBeAbsent()
  @IsBoolean()
  forced?: boolean;
}

export class StartDrillDto extends ExpectingRequestDto {
  /** SRM: replicate the latest changes first. */
  @MayBeAbsent()
  @IsBoolean()
  syncData?: boolean;

  /** SDRS: the drill's name. */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  drillName?: string;

  /** SDRS: the network the drill runs in; one is made when absent. */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  drillNetworkId?: string;

  /**
   * By when the drill should be cleaned up, RFC 3339; without it, DRILL_DUE_HOURS after its start. The gateway's own
   * reminder: no upstream is told.
   * @example '2030-02-01T18:00:00Z'
   */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ format: 'date-time', required: false })
  dueTime?: string;
}

export class CleanUpDrillDto extends ExpectingRequestDto {
  /** SRM: go on in spite of errors; may leave things behind. */
  @MayBeAbsent()
  @IsBoolean()
  forced?: boolean;
}

/** A person's answer to a prompt of the upstream. */
export class AnswerPromptDto {
  /**
   * From `prompts` of the operation.
   * @example 'prompt-1'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  promptId!: string;

  /**
   * The only answer there is; to stop instead, cancel the operation.
   * @example 'CONTINUE'
   */
  @IsIn(['CONTINUE'])
  answer!: 'CONTINUE';
}

/** A person's verdict on an operation that is UNKNOWN. */
export class ResolveOperationDto {
  /** NOT_EXECUTED = it never reached the upstream, or the upstream did nothing. */
  @ApiProperty({ enum: RESOLUTIONS })
  @IsIn(RESOLUTIONS)
  verdict!: Resolution['verdict'];

  /**
   * How it is known, for the history.
   * @example 'Looked at the console: the interface was never added'
   */
  @IsString()
  @Matches(/\S/, { message: 'reason must not be empty' })
  @MaxLength(500)
  reason!: string;
}
