import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { DIRECTIONS, type Direction } from '../../domain/dr-action.js';

/** What every request that changes something may say. */
export class ChangeRequestDto {
  /**
   * Why, for the history.
   * @example 'Storage array failing in AZ 1, incident 4711'
   */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string;

  /**
   * true = check everything, send nothing; answers 200 with the pre-flight report.
   * @example false
   */
  @IsOptional()
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
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  description?: string;

  /**
   * SDRS: the zone where the workload runs at home.
   * @example 'eu-de-01'
   */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  sourceAvailabilityZone?: string;

  /**
   * SDRS: the zone it is recovered in.
   * @example 'eu-de-02'
   */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  targetAvailabilityZone?: string;

  /**
   * SDRS: the active-active domain of the two zones.
   * @example '7f0c8a52-3f1e-4b0a-9d3c-2b7a5e6f1c11'
   */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  domainId?: string;

  /**
   * SDRS: the network of both sides.
   * @example 'a1b2c3d4-0000-4000-8000-000000000001'
   */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  sourceVpcId?: string;

  /**
   * SDRS: only `migration` (within one network), the default.
   * @example 'migration'
   */
  @IsOptional()
  @IsIn(['migration'])
  drType?: string;

  /**
   * SRM: how the machines are replicated; `HBR` = vSphere Replication, the default.
   * @example 'HBR'
   */
  @IsOptional()
  @IsIn(['HBR'])
  replicationType?: string;

  /**
   * SRM: the vCenter whose machines are protected; default: the pairing's local one.
   * @example '11111111-aaaa-4aaa-8aaa-111111111111'
   */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  protectedVcenterId?: string;

  /** SRM: the machines. */
  @IsOptional()
  @ValidateNested()
  @Type(() => HbrSpecDto)
  hbrSpec?: HbrSpecDto;
}

export class UpdateProtectionGroupDto extends ChangeRequestDto {
  /** @example 'erp-dr-2' */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(80)
  name?: string;

  /** SRM only: SDRS cannot change a description. */
  @IsOptional()
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
  @IsOptional()
  @IsBoolean()
  syncData?: boolean;
}

export class PlannedFailoverDto extends DirectedRequestDto {
  /** SRM: move eligible machines while they run. */
  @IsOptional()
  @IsBoolean()
  migrateEligibleVms?: boolean;
}

export class FailoverDto extends DirectedRequestDto {
  /** SRM: leave the site that fails alone; no shutdown and no synchronisation there. */
  @IsOptional()
  @IsBoolean()
  skipProtectionSiteOperations?: boolean;
}

export class ReprotectDto extends ChangeRequestDto {
  /** SRM: go on in spite of clean-up errors; may leave things behind. */
  @IsOptional()
  @IsBoolean()
  forced?: boolean;
}

export class StartDrillDto extends ChangeRequestDto {
  /** SRM: replicate the latest changes first. */
  @IsOptional()
  @IsBoolean()
  syncData?: boolean;

  /** SDRS: the drill's name. */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  drillName?: string;

  /** SDRS: the network the drill runs in; one is made when absent. */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  drillNetworkId?: string;
}

export class CleanUpDrillDto extends ChangeRequestDto {
  /** SRM: go on in spite of errors; may leave things behind. */
  @IsOptional()
  @IsBoolean()
  forced?: boolean;
}
