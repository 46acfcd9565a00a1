import { IsIn, IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';
import { CALLOUT_TYPES, type CalloutType } from '../../domain/action-inputs.js';
import { MayBeAbsent } from './decorators.js';
import { ChangeRequestDto } from './requests.dto.js';

export class AddRecoveryStepDto extends ChangeRequestDto {
  /**
   * SRM: a question that the run waits on a person for, or a command on a recovered machine or on the server.
   * @example 'PROMPT'
   */
  @IsIn(CALLOUT_TYPES)
  type!: CalloutType;

  /** @example 'Check the network' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  name!: string;

  /**
   * SRM: the text of the prompt, or the command.
   * @example 'Is the recovery network up?'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(4096)
  content!: string;

  /**
   * SRM: of a command; a prompt waits for ever.
   * @example 300
   */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(59999)
  timeoutSeconds?: number;

  /**
   * SRM: the step that it is put before, as the list of steps shows it; absent = at the end.
   * @example '3'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  beforeStepId?: string;
}

/** Absent = left as it is. */
export class UpdateRecoveryStepDto extends ChangeRequestDto {
  /**
   * The step's title as it was read: ids move when steps are inserted, and another title there now is a 409.
   * @example 'Check the network'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(1024)
  expectedTitle!: string;

  /**
   * SRM
   * @example 'PROMPT'
   */
  @MayBeAbsent()
  @IsIn(CALLOUT_TYPES)
  type?: CalloutType;

  /** @example 'Check the network' */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  name?: string;

  /**
   * SRM: the text of the prompt, or the command.
   * @example 'Is the recovery network up, and the firewall open?'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(4096)
  content?: string;

  /**
   * SRM: of a command.
   * @example 300
   */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(59999)
  timeoutSeconds?: number;
}
