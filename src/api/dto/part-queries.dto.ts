import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsIn, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { RECOVERY_WORKFLOWS, type RecoveryWorkflow } from '../../domain/action-inputs.js';
import { IsMoment, MayBeAbsent } from './decorators.js';
import { DeleteQueryDto, PageQueryDto } from './queries.dto.js';

/** Given once or several times; what is given is taken as it is, commas and all. */
const AsRepeated = () =>
  Transform(({ value }: { value: string | string[] | undefined }) =>
    value === undefined ? undefined : [value].flat(),
  );

const FLAG = { required: false, enum: ['true', 'false'] };

export class RemoveInstanceQueryDto extends DeleteQueryDto {
  /** SDRS: the server at the other site goes too, with its disks. */
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  @ApiProperty(FLAG)
  deleteRecoveryServer?: 'true' | 'false';

  /** SDRS: and its public address. */
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  @ApiProperty(FLAG)
  deleteRecoveryPublicIp?: 'true' | 'false';
}

export class DeletePairQueryDto extends DeleteQueryDto {
  /** SDRS: the disk at the other site goes too. */
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  @ApiProperty(FLAG)
  deleteRecoveryVolume?: 'true' | 'false';
}

export class RemoveTagsQueryDto extends DeleteQueryDto {
  /** The tag that is to go; several times for several tags. */
  @AsRepeated()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(36, { each: true })
  @ApiProperty({ type: [String], example: ['tier'] })
  key!: string[];
}

export class StepsQueryDto extends PageQueryDto {
  /** Which of the plan's workflows; a view that the plan does not have in its present state is refused upstream. */
  @IsIn(RECOVERY_WORKFLOWS)
  @ApiProperty({ enum: RECOVERY_WORKFLOWS, example: 'RECOVERY' })
  workflow!: RecoveryWorkflow;
}

export class WorkflowQueryDto {
  /** The workflow that the step is in. */
  @IsIn(RECOVERY_WORKFLOWS)
  @ApiProperty({ enum: RECOVERY_WORKFLOWS, example: 'RECOVERY' })
  workflow!: RecoveryWorkflow;
}

export class RemoveStepQueryDto extends DeleteQueryDto {
  /** The step's title as it was read: ids move when steps are inserted, and another title there now is a 409. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(1024)
  @ApiProperty({ example: 'Check the network' })
  expectedTitle!: string;

  /** The workflow that the step is in. */
  @IsIn(RECOVERY_WORKFLOWS)
  @ApiProperty({ enum: RECOVERY_WORKFLOWS, example: 'RECOVERY' })
  workflow!: RecoveryWorkflow;
}

export class WindowQueryDto extends PageQueryDto {
  /** RFC 3339, inclusive; absent = as far as the upstream keeps it. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ required: false, format: 'date-time' })
  from?: string;

  /** RFC 3339, exclusive. */
  @MayBeAbsent()
  @IsMoment()
  @ApiProperty({ required: false, format: 'date-time' })
  until?: string;
}

export class InstancesByTagQueryDto extends PageQueryDto {
  /**
   * `key=value`, or `key` for any value; several times: every key must be there, with one of the values named for it.
   */
  @AsRepeated()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(400, { each: true })
  @Matches(/^[^=]+(=.*)?$/, { each: true, message: 'tag must be key=value or key' })
  @ApiProperty({ type: [String], example: ['tier=app'] })
  tag!: string[];
}

export class FailedTasksQueryDto extends PageQueryDto {
  /** Those inside this group; absent = those about groups themselves. */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(512)
  protectionGroupId?: string;
}

export class ClearFailedTasksQueryDto extends DeleteQueryDto {
  /** Those inside this group; absent = those about groups themselves. */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(512)
  protectionGroupId?: string;
}
