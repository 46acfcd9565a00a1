import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsNotEmpty,
  IsObject,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { HoldsNoLists, MayBeAbsent } from './decorators.js';
import { ChangeRequestDto } from './requests.dto.js';

export class NetworkPlacementDto {
  /** @example 'Network:network-15:11111111-aaaa-4aaa-8aaa-111111111111' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  sourceNetworkId!: string;

  /** @example 'Network:network-15:22222222-bbbb-4bbb-8bbb-222222222222' */
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  targetNetworkId!: string;
}

/** Where a machine is recovered, by the upstream's ids of the recovery site; absent = left as it is. */
export class ProtectionSettingsWishDto {
  /**
   * SRM
   * @example 'Folder:group-v30:22222222-bbbb-4bbb-8bbb-222222222222'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  folderId?: string;

  /**
   * SRM
   * @example 'ResourcePool:resgroup-9:22222222-bbbb-4bbb-8bbb-222222222222'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  resourcePoolId?: string;

  /**
   * SRM
   * @example 'HostSystem:host-12:22222222-bbbb-4bbb-8bbb-222222222222'
   */
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  hostId?: string;

  /** SRM: networks of the protected site and what they are at the other. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(50)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => NetworkPlacementDto)
  networks?: NetworkPlacementDto[];

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

export class EnableInstanceProtectionDto extends ChangeRequestDto {
  /** SRM: absent = as the site's inventory mappings say. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ProtectionSettingsWishDto)
  settings?: ProtectionSettingsWishDto;
}

export class PutProtectionSettingsDto extends ChangeRequestDto {
  /** SRM: where the machine is recovered. */
  @IsObject()
  @ValidateNested()
  @Type(() => ProtectionSettingsWishDto)
  settings!: ProtectionSettingsWishDto;
}
