import { HealthCheckDto } from './health.dto.js';
import { ApiProperty } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../../domain/problem-kinds.js';

export class FieldErrorDto {
  /** JSON pointer into the body. */
  pointer?: string;
  /** Name of a query or path parameter. */
  parameter?: string;
  /** Name of a header. */
  header?: string;
  detail!: string;
}

export class UpstreamProblemDto {
  provider!: string;
  site!: string;
  /** HTTP status of the upstream's answer. */
  @ApiProperty({ type: 'integer', nullable: true })
  status!: number | null;
  /** The upstream's own code. */
  code!: string | null;
  message!: string | null;
  /** The upstream's id of the exchange, for its support. */
  requestId!: string | null;
}

export class BlockingDto {
  code!: string;
  text!: string;
  /** What to do about it. */
  remedy!: string;
}

export class NextActionDto {
  title!: string;
  method?: string;
  href?: string;
}

/** RFC 9457 problem details. */
export class ProblemDto {
  /** @example '/problems/action-not-allowed' */
  type!: string;
  title!: string;
  @ApiProperty({ type: 'integer', example: 409 })
  status!: number;
  detail!: string;
  instance?: string;
  /** Stable; act upon this. */
  @ApiProperty({ enum: Object.keys(PROBLEMS) })
  code!: ProblemCode;
  errors?: FieldErrorDto[];
  /** The same request may succeed later. */
  retryable!: boolean;
  upstream?: UpstreamProblemDto;
  blocking?: BlockingDto[];
  nextActions?: NextActionDto[];
  /** Of /livez and /readyz. */
  checks?: HealthCheckDto[];
  requestId?: string;
}
