import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  IP_CUSTOMIZATIONS,
  STARTUP_ACTIONS,
  type IpCustomization,
  type StartupAction,
} from '../../domain/action-inputs.js';
import { HoldsNoLists, MayBeAbsent } from './decorators.js';
import { ChangeRequestDto } from './requests.dto.js';

export class TestNetworkWishDto {
  /**
   * SRM: a network of the recovery site …
   * @example 'Network:network-15:22222222-bbbb-4bbb-8bbb-222222222222'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  networkId!: string;

  /**
   * SRM: … and the one that takes its place in a drill.
   * @example 'Network:network-18:22222222-bbbb-4bbb-8bbb-222222222222'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  testNetworkId!: string;
}

export class UpdateRecoveryPlanDto extends ChangeRequestDto {
  /** @example 'erp-plan-2' */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name?: string;

  /** @example 'ERP, production' */
  @MayBeAbsent()
  @IsString()
  @MaxLength(4096)
  description?: string;

  /**
   * SRM: the groups that the plan runs; the whole list.
   * @example ['berlin-dc.DrReplicationVmProtectionGroup~vm-protection-group-1001~33333333-cccc-4ccc-8ccc-333333333333']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(250)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(512, { each: true })
  protectionGroupIds?: string[];

  /**
   * SRM: the vCenter whose machines are protected. Of a plan that exists: turns it round, only while it holds no groups.
   * @example '11111111-aaaa-4aaa-8aaa-111111111111'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  protectedVcenterId?: string;

  /** SRM: the whole list; networks that are not named are isolated in a drill. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => TestNetworkWishDto)
  testNetworks?: TestNetworkWishDto[];

  /**
   * SRM: machines of the recovery site that make room while the plan runs; the whole list.
   * @example ['VirtualMachine:vm-140:22222222-bbbb-4bbb-8bbb-222222222222']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(500)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(255, { each: true })
  suspendedInstanceIds?: string[];
}

export class CreateRecoveryPlanDto extends ChangeRequestDto {
  /**
   * The site that is to hold the plan.
   * @example 'berlin-dc'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(32)
  siteId!: string;

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

  /**
   * SRM: the groups that the plan runs; a plan may be empty.
   * @example ['berlin-dc.DrReplicationVmProtectionGroup~vm-protection-group-1001~33333333-cccc-4ccc-8ccc-333333333333']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(250)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(512, { each: true })
  protectionGroupIds?: string[];

  /**
   * SRM: the vCenter whose machines are protected; default: the pairing's local one.
   * @example '11111111-aaaa-4aaa-8aaa-111111111111'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  protectedVcenterId?: string;

  /** SRM: networks that are not named are isolated in a drill. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => TestNetworkWishDto)
  testNetworks?: TestNetworkWishDto[];
}

/** Absent = left as it is. */
export class UpdateRecoverySettingsDto extends ChangeRequestDto {
  /**
   * SRM: 1 starts first, 5 last.
   * @example 1
   */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(5)
  priority?: number;

  /**
   * SRM
   * @example 'POWER_ON'
   */
  @MayBeAbsent()
  @IsIn(STARTUP_ACTIONS)
  startupAction?: StartupAction;

  /**
   * SRM: instances of the same plan and priority that start before this one; the whole list.
   * @example ['berlin-dc.VirtualMachine~vm-29~11111111-aaaa-4aaa-8aaa-111111111111']
   */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(512, { each: true })
  dependsOn?: string[];

  /** SRM: power off without asking the guest. */
  @MayBeAbsent()
  @IsBoolean()
  skipGuestShutdown?: boolean;

  /**
   * SRM
   * @example 300
   */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(3599)
  shutdownTimeoutSeconds?: number;

  /**
   * SRM
   * @example 300
   */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(3599)
  startupTimeoutSeconds?: number;

  /**
   * SRM
   * @example 0
   */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(3599)
  delayBeforeDependentsSeconds?: number;

  /** Move it while it runs. SRM shows it, but does not let it be changed. */
  @MayBeAbsent()
  @IsBoolean()
  allowMigration?: boolean;

  /**
   * SRM
   * @example 'AUTO'
   */
  @MayBeAbsent()
  @IsIn(IP_CUSTOMIZATIONS)
  ipCustomization?: IpCustomization;

  /**
   * SRM: from the settings that were read; when they have changed since, the change is a 409.
   * @example '1'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  changeVersion?: string;
}
