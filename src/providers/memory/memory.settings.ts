import { IsInt, IsOptional, Min } from 'class-validator';

/** What a site of this provider may say in the sites file. */
export class MemorySettings {
  /** How long each piece of work takes. */
  @IsOptional()
  @IsInt()
  @Min(0)
  workMs: number = 30_000;
}
