import { ApiProperty } from '@nestjs/swagger';
import { GUARD_DIFFERENCES, GUARD_REASONS, GUARD_STATES } from '../../operations/guard/store-guard.js';
import type { GuardDifference, GuardReason, GuardState } from '../../operations/guard/store-guard.js';

export class GuardSightDto {
  @ApiProperty({ type: 'integer', example: 3 })
  version!: number;
  /** @example 'RUNNING' */
  state!: string;
}

export class GuardDifferenceDto {
  operationId!: string;
  siteId!: string;
  /** When it was found. */
  seenTime!: string;
  /** As the journal has it; null = no journal knows it. */
  @ApiProperty({ type: GuardSightDto, nullable: true })
  journal!: GuardSightDto | null;
  /** As the store had it; null = it had lost it. */
  @ApiProperty({ type: GuardSightDto, nullable: true })
  store!: GuardSightDto | null;
  /**
   * `RESTORED`: written back from the journal. `DOUBTED`: no journal knows whether it was sent. `CONFLICT`: another
   * operation holds its groups by now. The last two are UNKNOWN, for a person to decide.
   */
  @ApiProperty({ enum: GUARD_DIFFERENCES })
  done!: GuardDifference['done'];
  text!: string;
}

export class RestoreGuardDto {
  /** `HOLDING`: nothing is accepted or sent until the store was compared with the journals. */
  @ApiProperty({ enum: GUARD_STATES })
  state!: GuardState;
  /**
   * Why it was compared last. `NEW_STORE`: nobody had worked with it. `OTHER_SERVER`: it was restarted, or a replica took
   * over. `OTHER_STORE`: it was emptied or replaced. null = it was not looked at yet.
   */
  @ApiProperty({ enum: GUARD_REASONS, nullable: true })
  reason!: GuardReason | null;
  /** Since when it is in that state. */
  sinceTime!: string | null;
  /** In sentences. While it is OPEN: sites that are not acted upon before they were looked at. */
  waitingFor!: string[];
  /** What the store had lost, newest first: the last 200. */
  differences!: GuardDifferenceDto[];
}
