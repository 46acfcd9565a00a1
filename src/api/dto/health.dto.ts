/** One thing that the process looked at. */
export class HealthCheckDto {
  /** @example 'store' */
  name!: string;
  /** @example true */
  ok!: boolean;
  /**
   * A sentence for people.
   * @example 'Redis takes writes.'
   */
  detail!: string;
}

export class HealthDto {
  /** @example 'ok' */
  status!: 'ok';
  /** What was looked at. One that is not ok here is only told: it makes nothing fail. */
  checks!: HealthCheckDto[];
}
