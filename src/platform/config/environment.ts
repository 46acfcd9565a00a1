import { LOG_LEVELS, type LogLevel } from '../log/log.js';
import { redisAddressFault } from '../redis/redis-address.js';

/** Everything the processes are told from outside. The only reader of `process.env`. */
export interface Environment {
  port: number;
  host: string;
  redisUrl: string;
  sitesFile: string;
  adminApiKey: string;
  logLevel: LogLevel;
  pollIntervalMs: number;
  submitTimeoutMs: number;
  quarantineMs: number;
  inventoryRefreshMs: number;
  inspectionMs: number;
  drillDueHours: number;
  journalDir: string | null;
  waitReplicas: number;
  clockSkewLimitSeconds: number;
  workerPort: number | null;
}

interface Variable {
  name: string;
  /** For .env.example: one sentence. */
  meaning: string;
  /** null = must be given. */
  defaultValue: string | null;
  /** A sentence that says what to write, or null when the text is fine. */
  fault(text: string): string | null;
}

export const ENVIRONMENT = {
  port: {
    name: 'PORT',
    meaning: 'Port of the API process.',
    defaultValue: '3000',
    fault: (text) => wholeNumber(text, 0, 65_535),
  },
  host: {
    name: 'HOST',
    meaning: 'Address the API process listens on; 0.0.0.0 = all.',
    defaultValue: '127.0.0.1',
    fault: (text) => (/^\S+$/.test(text) ? null : 'write an address, such as 127.0.0.1'),
  },
  redisUrl: {
    name: 'REDIS_URL',
    meaning:
      'The Redis or Valkey server that keeps everything, or the Sentinels that name it (redis+sentinel://user:password@host:26379,host2:26379/mymaster); its maxmemory-policy must be noeviction.',
    defaultValue: 'redis://127.0.0.1:6379',
    fault: redisAddressFault,
  },
  sitesFile: {
    name: 'SITES_FILE',
    meaning: 'The YAML file that lists the sites.',
    defaultValue: './sites.yaml',
    fault: (text) => (text.trim() === '' ? 'write the path of a YAML file' : null),
  },
  adminApiKey: {
    name: 'ADMIN_API_KEY',
    meaning: 'The API key that may do everything; sent as `Authorization: Bearer …`. A long random text.',
    defaultValue: null,
    fault: (text) =>
      /^[\x21-\x7e]+$/.test(text)
        ? null
        : 'write a long random text without spaces, such as what `openssl rand -hex 32` prints',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    meaning: `How much is logged: ${LOG_LEVELS.join(', ')}.`,
    defaultValue: 'info',
    fault: (text) =>
      (LOG_LEVELS as readonly string[]).includes(text) ? null : `write one of ${LOG_LEVELS.join(', ')}`,
  },
  pollIntervalMs: {
    name: 'POLL_INTERVAL_MS',
    meaning:
      'Milliseconds between two looks at a site that has unfinished operations; older ones are looked at less often.',
    defaultValue: '5000',
    fault: (text) => wholeNumber(text, 20, 600_000),
  },
  submitTimeoutMs: {
    name: 'SUBMIT_TIMEOUT_MS',
    meaning:
      'Milliseconds an upstream has to answer a state-changing request; after that its fate is reconciled.',
    defaultValue: '30000',
    fault: (text) => wholeNumber(text, 100, 600_000),
  },
  quarantineMs: {
    name: 'QUARANTINE_MS',
    meaning:
      'Milliseconds after an ambiguous send before the absence of evidence is believed and a person is asked.',
    defaultValue: '100000',
    fault: (text) => wholeNumber(text, 0, 86_400_000),
  },
  inventoryRefreshMs: {
    name: 'INVENTORY_REFRESH_MS',
    meaning:
      'Milliseconds between two looks at everything that a site holds; a slow or failing site is looked at less often.',
    defaultValue: '30000',
    fault: (text) => wholeNumber(text, 20, 3_600_000),
  },
  inspectionMs: {
    name: 'INSPECTION_MS',
    meaning:
      'Milliseconds between two inspections of a site: what only the upstream itself can tell to be wrong, for the findings.',
    defaultValue: '300000',
    fault: (text) => wholeNumber(text, 20, 86_400_000),
  },
  drillDueHours: {
    name: 'DRILL_DUE_HOURS',
    meaning: 'Hours after its start in which a drill should be cleaned up, unless its start says otherwise.',
    defaultValue: '24',
    fault: (text) => wholeNumber(text, 1, 8_760),
  },
  journalDir: {
    name: 'JOURNAL_DIR',
    meaning:
      'Folder on a local disk, shared by the processes of one machine: a second witness of what was accepted and sent, from which a lost Redis is rebuilt; none = keep none.',
    defaultValue: './journal',
    fault: (text) => (text.trim() === '' ? 'write the path of a folder, or none' : null),
  },
  waitReplicas: {
    name: 'REDIS_WAIT_REPLICAS',
    meaning:
      'How many replicas of the Redis server must have what is accepted, and every intent to send, before it counts; 0 where there are none.',
    defaultValue: '0',
    fault: (text) => wholeNumber(text, 0, 5),
  },
  clockSkewLimitSeconds: {
    name: 'CLOCK_SKEW_LIMIT_SECONDS',
    meaning:
      'Seconds by which the clocks of a process and of the Redis server may be apart; beyond it the process accepts and sends nothing. QUARANTINE_MS should be well above it.',
    defaultValue: '30',
    fault: (text) => wholeNumber(text, 1, 86_400),
  },
  workerPort: {
    name: 'WORKER_PORT',
    meaning: 'Port on which the worker process answers /livez, /readyz and /metrics; none = it does not.',
    defaultValue: 'none',
    fault: (text) => (text === 'none' ? null : wholeNumber(text, 0, 65_535)),
  },
} as const satisfies Record<keyof Environment, Variable>;

/** Faults that stop the start: one sentence each, saying what to write. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigurationError';
  }
}

export type Variables = Readonly<Record<string, string | undefined>>;

export function readEnvironment(variables: Variables = process.env): Environment {
  const faults: string[] = [];
  const text = (variable: Variable): string => {
    const given = variables[variable.name];
    const value = given === undefined || given === '' ? variable.defaultValue : given;
    if (value === null) {
      faults.push(`${variable.name} is not set: ${variable.fault('') ?? 'set it'}.`);
      return '';
    }
    const fault = variable.fault(value);
    if (fault) faults.push(`${variable.name} is ${describe(variable, value)}: ${fault}.`);
    return value;
  };
  const environment: Environment = {
    port: Number(text(ENVIRONMENT.port)),
    host: text(ENVIRONMENT.host),
    redisUrl: text(ENVIRONMENT.redisUrl),
    sitesFile: text(ENVIRONMENT.sitesFile),
    adminApiKey: text(ENVIRONMENT.adminApiKey),
    logLevel: text(ENVIRONMENT.logLevel) as LogLevel,
    pollIntervalMs: Number(text(ENVIRONMENT.pollIntervalMs)),
    submitTimeoutMs: Number(text(ENVIRONMENT.submitTimeoutMs)),
    quarantineMs: Number(text(ENVIRONMENT.quarantineMs)),
    inventoryRefreshMs: Number(text(ENVIRONMENT.inventoryRefreshMs)),
    inspectionMs: Number(text(ENVIRONMENT.inspectionMs)),
    drillDueHours: Number(text(ENVIRONMENT.drillDueHours)),
    journalDir: orNone(text(ENVIRONMENT.journalDir)),
    waitReplicas: Number(text(ENVIRONMENT.waitReplicas)),
    clockSkewLimitSeconds: Number(text(ENVIRONMENT.clockSkewLimitSeconds)),
    workerPort: portOrNone(text(ENVIRONMENT.workerPort)),
  };
  if (faults.length > 0) throw new ConfigurationError(faults);
  return environment;
}

/** The variables as they are, for `${NAME}` in the sites file. */
export function processVariables(): Variables {
  return process.env;
}

/** Never shows a secret back. */
function describe(variable: Variable, value: string): string {
  return variable.name === ENVIRONMENT.adminApiKey.name || variable.name === ENVIRONMENT.redisUrl.name
    ? 'not usable'
    : `"${value}"`;
}

function orNone(text: string): string | null {
  return text === 'none' ? null : text;
}

function portOrNone(text: string): number | null {
  return text === 'none' ? null : Number(text);
}

function wholeNumber(text: string, low: number, high: number): string | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= low && value <= high
    ? null
    : `write a whole number from ${low} to ${high}`;
}
