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
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { DIRECTIONS, type Direction } from '../../domain/dr-action.js';
import { MayBeAbsent } from './decorators.js';

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

export class CreateProtectionGroupDto extends ChangeRequestDto {
  /**
   * The site that is to hold the group.
   * @example 'eu-cloud'
   */
  @IsString()
  @IsNotEmpty()
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
  sourceAvailabilityZone?: string;

  /**
   * SDRS: the zone it is recovered in.
   * @example 'eu-de-02'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  targetAvailabilityZone?: string;

  /**
   * SDRS: the active-active domain of the two zones.
   * @example '7f0c8a52-3f1e-4b0a-9d3c-2b7a5e6f1c11'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  domainId?: string;

  /**
   * SDRS: the network of both sides.
   * @example 'a1b2c3d4-0000-4000-8000-000000000001'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
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
  protectedVcenterId?: string;

  /** SRM: the machines. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => HbrSpecDto)
  hbrSpec?: HbrSpecDto;
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

class DirectedRequestDto extends ChangeRequestDto {
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

export class ReprotectDto extends ChangeRequestDto {
  /** SRM: go on in spite of clean-up errors; may leave things behind. */
  @MayBeAbsent()
  @IsBoolean()
  forced?: boolean;
}

export class StartDrillDto extends ChangeRequestDto {
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
}

export class CleanUpDrillDto extends ChangeRequestDto {
  /** SRM: go on in spite of errors; may leave things behind. */
  @MayBeAbsent()
  @IsBoolean()
  forced?: boolean;
}
