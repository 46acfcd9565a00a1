import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { SECRET_NAMES } from '../secret-names.js';
import { logFieldsNow } from './log-context.js';

/**
 * Structured JSON logs. `log.info({ operationId }, 'what happened')`. Lines that are written in the course of a request, of
 * an operation's step or of a look at a site say so by themselves (`log-context.ts`).
 */
export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(bindings: Record<string, unknown>): Log;
};

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** @param to default: the standard output */
export function createLog(level: LogLevel, name: string, to?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: { process: name, pid: process.pid },
    mixin: () => ({ ...logFieldsNow() }),
    redact: { paths: SECRET_NAMES.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[secret]' },
  };
  return to ? pino(options, to) : pino(options);
}

export function silentLog(): Log {
  return pino({ level: 'silent' });
}
