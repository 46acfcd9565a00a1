import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.js';

/** What the framework says goes into the same log, a step quieter. */
export class FrameworkLog implements LoggerService {
  constructor(private readonly to: Log) {}

  log(message: unknown): void {
    this.to.debug(String(message));
  }

  error(message: unknown): void {
    this.to.error(String(message));
  }

  warn(message: unknown): void {
    this.to.warn(String(message));
  }

  debug(message: unknown): void {
    this.to.trace(String(message));
  }

  verbose(message: unknown): void {
    this.to.trace(String(message));
  }
}
