import { pino, type Logger } from 'pino';

/** Structured JSON logs. `log.info({ operationId }, 'what happened')`. */
export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(bindings: Record<string, unknown>): Log;
};

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRETS = ['authorization', 'password', 'remotePassword', 'secretKey', 'token', 'sessionId', 'apiKey'];

export function createLog(level: LogLevel, name: string): Log {
  return pino({
    level,
    base: { process: name, pid: process.pid },
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[secret]' },
  });
}

export function silentLog(): Log {
  return pino({ level: 'silent' });
}
