import { OmitType } from '@nestjs/swagger';
import { IsInt, IsNotEmpty, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { MayBeAbsent } from './decorators.js';
import { ChangeRequestDto } from './requests.dto.js';

export const DEVICE = /^\/dev\/[A-Za-z0-9]{1,16}$/;
export const DEVICE_HINT = '$property must be a device such as /dev/vdb';

export class CreateReplicationPairDto extends ChangeRequestDto {
  /**
   * SDRS: the disk, at the site where the workload runs; in no other pair.
   * @example '48dd1f0a-8f5c-4a3b-9a55-0e4c6b2a1d88'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  volumeId!: string;

  /** @example 'crm-data' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name!: string;

  /**
   * SDRS: cannot be changed afterwards.
   * @example 'CRM, data'
   */
  @MayBeAbsent()
  @IsString()
  @MaxLength(255)
  description?: string;

  /**
   * SDRS: a dedicated storage pool.
   * @example '0d6a9c5e-2a1b-4a57-9a40-6c1f6f0b7c33'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  storagePoolId?: string;
}

/** A pair of a group that is to be created with it. */
export class CreateReplicationPairFieldsDto extends OmitType(CreateReplicationPairDto, [
  'reason',
  'validateOnly',
]) {}

export class ExpandReplicationPairDto extends ChangeRequestDto {
  /**
   * SDRS: the new size of both disks; only more than now.
   * @example 200
   */
  @IsInt()
  @Min(1)
  @Max(65536)
  sizeGigabytes!: number;
}

export class DetachReplicationPairDto extends ChangeRequestDto {
  /**
   * SDRS: an instance of the same group.
   * @example 'eu-cloud.c3f2a1b0-7d6e-4c5b-9a8f-1e2d3c4b5a99'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(512)
  protectedInstanceId!: string;
}

export class AttachReplicationPairDto extends DetachReplicationPairDto {
  /**
   * SDRS: free on the server; `/dev/vda` is the system disk.
   * @example '/dev/vdb'
   */
  @IsString()
  @Matches(DEVICE, { message: DEVICE_HINT })
  device!: string;
}
