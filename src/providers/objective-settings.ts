import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, Max, Min, MinLength, ValidateNested } from 'class-validator';
import { NO_OBJECTIVES, type SiteObjectives } from '../domain/objectives.js';

const LONGEST_SECONDS = 366 * 86_400;

class ObjectiveSettings {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LONGEST_SECONDS)
  rtoSeconds?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LONGEST_SECONDS)
  rpoSeconds?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3_660)
  drillEveryDays?: number | null;
}

class PlanObjectiveSettings extends ObjectiveSettings {
  @IsString()
  @MinLength(1)
  plan!: string;
}

/** `objectives:` of a site in the sites file. */
export class SiteObjectiveSettings extends ObjectiveSettings {
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PlanObjectiveSettings)
  plans?: PlanObjectiveSettings[];
}

/** Absent = none are set. */
export function siteObjectives(settings?: SiteObjectiveSettings): SiteObjectives {
  const { rtoSeconds, rpoSeconds, drillEveryDays } = settings ?? {};
  return {
    rtoSeconds: rtoSeconds ?? NO_OBJECTIVES.rtoSeconds,
    rpoSeconds: rpoSeconds ?? NO_OBJECTIVES.rpoSeconds,
    drillEveryDays: drillEveryDays ?? NO_OBJECTIVES.drillEveryDays,
    plans: (settings?.plans ?? []).map((own) => ({
      plan: own.plan,
      ...(own.rtoSeconds ? { rtoSeconds: own.rtoSeconds } : {}),
      ...(own.rpoSeconds ? { rpoSeconds: own.rpoSeconds } : {}),
      ...(own.drillEveryDays ? { drillEveryDays: own.drillEveryDays } : {}),
    })),
  };
}
