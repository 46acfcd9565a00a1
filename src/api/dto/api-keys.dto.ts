import { ApiProperty, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { KEY_STATES, type KeyState } from '../../access/keys/api-key.js';
import { ROLE_NAMES, type Role } from '../../domain/access/rights.js';
import { HoldsNoLists, IsMoment, MayBeAbsent } from './decorators.js';

const MOST_GRANTS = 50;
const MOST_NAMED = 200;
const LONGEST_ID = 512;
const LONGEST_OVERLAP_SECONDS = 7 * 86_400;
const USUAL_OVERLAP_SECONDS = 86_400;

/** `*`, or ids: written out in either case, so that nobody gives away everything by leaving something out. */
const IsAllOrIds = () =>
  ValidateBy({
    name: 'isAllOrIds',
    validator: {
      validate: (value: unknown) => value === '*' || isListOfIds(value),
      defaultMessage: (about) =>
        `${about?.property} must be "*" or a list of 1 to ${MOST_NAMED} different ids`,
    },
  });

function isListOfIds(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > MOST_NAMED) return false;
  const isId = (one: unknown): boolean => typeof one === 'string' && one !== '' && one.length <= LONGEST_ID;
  return value.every(isId) && new Set(value).size === value.length;
}

const ALL_OR_IDS = {
  oneOf: [
    { type: 'string', enum: ['*'] },
    {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: LONGEST_ID },
      minItems: 1,
      maxItems: MOST_NAMED,
      uniqueItems: true,
    },
  ],
};

/** A role over some part of the whole. */
export class GrantDto {
  @IsIn(ROLE_NAMES)
  @ApiProperty({ enum: ROLE_NAMES })
  role!: Role;

  /** Ids of sites; `*` = all, also those that come later. */
  @IsAllOrIds()
  @ApiProperty(ALL_OR_IDS)
  sites!: string[] | '*';

  /** Ids of recovery plans, with the groups that they hold, or of protection groups of those sites; `*` = the whole sites. */
  @IsAllOrIds()
  @ApiProperty(ALL_OR_IDS)
  targets!: string[] | '*';
}

export class CreateApiKeyDto {
  /**
   * What people call it.
   * @example 'nightly drills'
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;

  /** @example 'Pipeline of the platform team, runs the weekly drill' */
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  description?: string;

  /** What it may do, and where. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_GRANTS)
  @HoldsNoLists()
  @ValidateNested({ each: true })
  @Type(() => GrantDto)
  @ApiProperty({ type: [GrantDto] })
  grants!: GrantDto[];

  /**
   * From then on it lets nobody in, RFC 3339. Absent or null = never.
   * @example '2030-02-01T18:00:00Z'
   */
  @ValidateIf((_request: object, value: unknown) => value !== undefined && value !== null)
  @IsMoment()
  @ApiProperty({ required: false, type: String, nullable: true })
  expiresTime?: string | null;
}

/** What is absent stays as it is. */
export class UpdateApiKeyDto extends PartialType(CreateApiKeyDto, { skipNullProperties: false }) {}

export class RotateKeySecretDto {
  /** How long the secret before it still lets in; 0 = no more from now on. */
  @IsInt()
  @Min(0)
  @Max(LONGEST_OVERLAP_SECONDS)
  @ApiProperty({ required: false, type: 'integer' })
  overlapSeconds: number = USUAL_OVERLAP_SECONDS;
}

export class KeySecretDto {
  createdTime!: string;
  /** It lets in until then; null = it is the one that was given out last. */
  untilTime!: string | null;
}

export class ApiKeyDto {
  /** @example '7k2m9x4q1v8s3d6f' */
  id!: string;
  name!: string;
  description!: string | null;
  /** EXPIRED and REVOKED let nobody in. */
  @ApiProperty({ enum: KEY_STATES })
  state!: KeyState;
  @ApiProperty({ type: [GrantDto] })
  grants!: GrantDto[];
  /** null = never. */
  expiresTime!: string | null;
  /** Those that let in, the last one first. */
  @ApiProperty({ type: [KeySecretDto] })
  secrets!: KeySecretDto[];
  createdBy!: string;
  createdTime!: string;
  updatedBy!: string;
  updatedTime!: string;
  revokedBy!: string | null;
  revokedTime!: string | null;
  /** Some minutes old at the most; null = never. */
  lastUsedTime!: string | null;
}

export class ApiKeyWithSecretDto extends ApiKeyDto {
  /**
   * Sent as `Authorization: Bearer …`: keep it, it is not shown again.
   * @example 'drg_7k2m9x4q1v8s3d6f_…'
   */
  key!: string;
}

export class ApiKeyListDto {
  @ApiProperty({ type: [ApiKeyDto] })
  items!: ApiKeyDto[];
  nextPageToken?: string;
}
