import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { HoldsNoLists, MayBeAbsent } from './decorators.js';
import { AddProtectedInstanceFieldsDto } from './instance-requests.dto.js';
import { CreateReplicationPairFieldsDto, DEVICE, DEVICE_HINT } from './pair-requests.dto.js';
import { TestNetworkWishDto } from './plan-requests.dto.js';
import { ChangeRequestDto } from './requests.dto.js';

/** What an SRM group that vSphere Replication replicates is made of. */
export class HbrSpecDto {
  /**
   * Ids of replicated virtual machines that are in no other group (see the site's creation options).
   * @example ['VirtualMachine:vm-29:11111111-aaaa-4aaa-8aaa-111111111111']
   */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(500)
  @IsString({ each: true })
  @MaxLength(255, { each: true })
  vms!: string[];
}

/** SDRS: where a new pair is attached. */
export class AttachmentWishDto {
  /**
   * A server of `protectedInstances`.
   * @example '5f5d2d62-3d1e-4a30-a35c-1f4a8a5a2f01'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  serverId!: string;

  /** @example '/dev/vdb' */
  @IsString()
  @Matches(DEVICE, { message: DEVICE_HINT })
  device!: string;
}

/** SDRS: a disk beyond those of the instances. */
export class ProvisionedPairDto extends CreateReplicationPairFieldsDto {
  /** SDRS: the server that it is attached to. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => AttachmentWishDto)
  attachTo?: AttachmentWishDto;
}

/** SRM: a plan that holds the new group. */
export class ProvisionedPlanDto {
  /** @example 'crm-plan' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name!: string;

  /** @example 'CRM, production' */
  @MayBeAbsent()
  @IsString()
  @MaxLength(4096)
  description?: string;

  /** Networks of the recovery site and what takes their place in a drill. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => TestNetworkWishDto)
  testNetworks?: TestNetworkWishDto[];
}

export class CreateProtectionGroupDto extends ChangeRequestDto {
  /**
   * The site that is to hold the group.
   * @example 'eu-cloud'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  siteId!: string;

  /** @example 'erp-dr' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name!: string;

  /** @example 'ERP, both application servers and the database' */
  @MayBeAbsent()
  @IsString()
  @MaxLength(4096)
  description?: string;

  /**
   * SDRS: the zone where the workload runs at home.
   * @example 'eu-de-01'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  sourceAvailabilityZone?: string;

  /**
   * SDRS: the zone it is recovered in.
   * @example 'eu-de-02'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  targetAvailabilityZone?: string;

  /**
   * SDRS: the active-active domain of the two zones.
   * @example '7f0c8a52-3f1e-4b0a-9d3c-2b7a5e6f1c11'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  domainId?: string;

  /**
   * SDRS: the network of both sides.
   * @example 'a1b2c3d4-0000-4000-8000-000000000001'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  sourceVpcId?: string;

  /**
   * SDRS: only `migration` (within one network), the default.
   * @example 'migration'
   */
  @MayBeAbsent()
  @IsIn(['migration'])
  drType?: string;

  /**
   * SRM: how the machines are replicated; `HBR` = vSphere Replication, the default.
   * @example 'HBR'
   */
  @MayBeAbsent()
  @IsIn(['HBR'])
  replicationType?: string;

  /**
   * SRM: the vCenter whose machines are protected; default: the pairing's local one.
   * @example '11111111-aaaa-4aaa-8aaa-111111111111'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  protectedVcenterId?: string;

  /** SRM: the machines. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => HbrSpecDto)
  hbrSpec?: HbrSpecDto;

  /** SDRS: servers to be protected, one step each after the group. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(50)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => AddProtectedInstanceFieldsDto)
  protectedInstances?: AddProtectedInstanceFieldsDto[];

  /** SDRS: disks beyond those of the instances, one step each. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(50)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => ProvisionedPairDto)
  replicationPairs?: ProvisionedPairDto[];

  /** SRM: a plan that holds the group. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ProvisionedPlanDto)
  recoveryPlan?: ProvisionedPlanDto;

  /**
   * true = the last step enables protection.
   * @example true
   */
  @MayBeAbsent()
  @IsBoolean()
  enableProtection?: boolean;
}

export class UpdateProtectionGroupDto extends ChangeRequestDto {
  /** @example 'erp-dr-2' */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name?: string;

  /** SRM only: SDRS cannot change a description. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(4096)
  description?: string;
}
