import { OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsIP,
  IsNotEmpty,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { HoldsNoLists, MayBeAbsent } from './decorators.js';
import { ChangeRequestDto } from './requests.dto.js';

/** What a tag cannot be made of: control characters, and these (section 3.7). */
const TAG_TEXT = /^[^\p{Cc}*<>\\=,|/]*$/u;
const TAG_HINT = '$property must not hold control characters or any of * < > \\ = , | /';

export class TagDto {
  /** @example 'tier' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(36)
  @Matches(TAG_TEXT, { message: TAG_HINT })
  key!: string;

  /** @example 'app' */
  @IsString()
  @MaxLength(43)
  @Matches(TAG_TEXT, { message: TAG_HINT })
  value!: string;
}

export class AddProtectedInstanceDto extends ChangeRequestDto {
  /**
   * The machine, at the site where the workload runs: a server (SDRS), or a replicated virtual machine that is in
   * no other group (SRM; see the site's creation options).
   * @example '5f5d2d62-3d1e-4a30-a35c-1f4a8a5a2f01'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  serverId!: string;

  /**
   * SDRS: of the protected instance.
   * @example 'crm-app01'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name?: string;

  /**
   * SDRS: cannot be changed afterwards.
   * @example 'CRM, application server'
   */
  @MayBeAbsent()
  @IsString()
  @MaxLength(255)
  description?: string;

  /**
   * SDRS: the subnet of the server at the other site.
   * @example '7c1de1a6-4d0f-4a0a-9b7e-2f0c6c1d9a10'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  recoverySubnetId?: string;

  /**
   * SDRS: its address there; only with `recoverySubnetId`.
   * @example '10.0.0.15'
   */
  @MayBeAbsent()
  @IsIP()
  recoveryIpAddress?: string;

  /**
   * SDRS: the flavor of the server at the other site; default: the same.
   * @example 's3.large.2'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  recoveryFlavor?: string;

  /** SDRS: at most ten at creation. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(10)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => TagDto)
  tags?: TagDto[];

  /**
   * SDRS: a dedicated storage pool.
   * @example '0d6a9c5e-2a1b-4a57-9a40-6c1f6f0b7c33'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  storagePoolId?: string;

  /**
   * SDRS: where the server at the other site runs.
   * @example 'shared'
   */
  @MayBeAbsent()
  @IsIn(['shared', 'dedicated'])
  tenancy?: 'shared' | 'dedicated';

  /**
   * SDRS: only with the tenancy `dedicated`.
   * @example 'c1a2f6f0-6c4f-4f0e-8d52-5b3f1f2f7d44'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  dedicatedHostId?: string;
}

/** An instance of a group that is to be created with it. */
export class AddProtectedInstanceFieldsDto extends OmitType(AddProtectedInstanceDto, [
  'reason',
  'validateOnly',
]) {}

export class RenameDto extends ChangeRequestDto {
  /** @example 'erp-app-one' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name!: string;
}

export class ResizeProtectedInstanceDto extends ChangeRequestDto {
  /**
   * SDRS: of both servers; it beats the other two.
   * @example 's3.xlarge.4'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  flavor?: string;

  /**
   * SDRS: of the server at home.
   * @example 's3.xlarge.4'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  productionFlavor?: string;

  /**
   * SDRS: of the server at the other site.
   * @example 's3.large.2'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  recoveryFlavor?: string;

  /**
   * SDRS: a dedicated host at home.
   * @example 'c1a2f6f0-6c4f-4f0e-8d52-5b3f1f2f7d44'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  productionDedicatedHostId?: string;

  /**
   * SDRS: a dedicated host at the other site.
   * @example 'c1a2f6f0-6c4f-4f0e-8d52-5b3f1f2f7d55'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  recoveryDedicatedHostId?: string;
}

export class AddNetworkInterfaceDto extends ChangeRequestDto {
  /**
   * SDRS: a subnet of the group's network.
   * @example '7c1de1a6-4d0f-4a0a-9b7e-2f0c6c1d9a10'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  subnetId!: string;

  /**
   * SDRS: default: the default security group.
   * @example ['2f1c9a50-6b0e-4a4c-9d0e-3a7b5c2d1e66']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(255, { each: true })
  securityGroupIds?: string[];

  /**
   * SDRS: default: a free one.
   * @example '10.0.1.77'
   */
  @MayBeAbsent()
  @IsIP()
  ipAddress?: string;
}

export class RemoveNetworkInterfaceDto extends ChangeRequestDto {
  /**
   * SDRS: the interface's port, as the cloud's own network service shows it (SDRS shows none); never the first one of
   * the server.
   * @example '9b0c1d7e-5f3a-4c2b-8e11-7d6c5b4a3f77'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  networkInterfaceId!: string;
}

export class SetTagsDto extends ChangeRequestDto {
  /** SDRS: the tags to be set; the ones not named stay. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => TagDto)
  tags!: TagDto[];
}
