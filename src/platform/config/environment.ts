import { createHash } from 'node:crypto';
import { LOG_LEVELS, type LogLevel } from '../log/log.js';
import { redisAddressFault } from '../redis/redis-address.js';
import { HTTP_VARIABLES } from './http-variables.js';
import { isHttpAddress, wholeNumber, type Variable } from './variable.js';
import { WEBHOOK_VARIABLES } from './webhook-variables.js';

/** Everything the processes are told from outside. The only reader of `process.env`. */
export interface Environment {
  port: number;
  host: string;
  redisUrl: string;
  redisCaFile: string | null;
  secretsKeyFile: string | null;
  sitesFile: string;
  accessFile: string | null;
  adminApiKey: string;
  breakGlassKeySha256: string | null;
  logLevel: LogLevel;
  pollIntervalMs: number;
  submitTimeoutMs: number;
  quarantineMs: number;
  inventoryRefreshMs: number;
  inspectionMs: number;
  drillDueHours: number;
  journalDir: string | null;
  auditDir: string | null;
  auditKeyFile: string;
  auditCheckpointFile: string | null;
  waitReplicas: number;
  clockSkewLimitSeconds: number;
  workerPort: number | null;
  failoversPerMinute: number;
  maxRequestsInFlight: number;
  maxEventReaders: number;
  rateLimitPerSecond: number | null;
  rateLimitFailuresPerMinute: number | null;
  corsOrigins: readonly string[];
  hstsSeconds: number;
  innerPort: number | null;
  historyDir: string | null;
  historyArchiveAfterDays: number;
  historyRetentionDays: number;
  historyMaxOperations: number;
  historyMaxMegabytes: number;
  metricsMostSites: number;
  otlpEndpoint: string | null;
  traceUpstreams: boolean;
  webhookAllowPrivate: boolean;
  webhookRetryScheduleMs: readonly number[];
  webhookMaxWaiting: number;
  webhookMaxWaitingMegabytes: number;
  webhookDisabledKeptDays: number;
}

/** What a command prints that was given no key. */
const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const ENVIRONMENT = {
  ...HTTP_VARIABLES,
  redisUrl: {
    name: 'REDIS_URL',
    meaning:
      'The Redis or Valkey server that keeps everything, or the Sentinels that name it (redis+sentinel://user:password@host:26379,host2:26379/mymaster), or servers of a Redis Cluster (redis+cluster://user:password@host:6379,host2:6379); the maxmemory-policy must be noeviction.',
    defaultValue: 'redis://127.0.0.1:6379',
    fault: redisAddressFault,
  },
  redisCaFile: {
    name: 'REDIS_CA_FILE',
    meaning:
      'A PEM file with the authority that signed the certificates of Redis and its Sentinels, for rediss:// addresses; the only one that is believed then. none = the public authorities.',
    defaultValue: 'none',
    fault: (text) => (text.trim() === '' ? 'write the path of a PEM file, or none' : null),
  },
  secretsKeyFile: {
    name: 'SECRETS_KEY_FILE',
    meaning:
      'A file with a key (64 hex digits) by which the secrets of webhooks are sealed in Redis; a line each for further keys that still open. none = they lie there as they are.',
    defaultValue: 'none',
    fault: (text) => (text.trim() === '' ? 'write the path of a file with a key, or none' : null),
  },
  sitesFile: {
    name: 'SITES_FILE',
    meaning: 'The YAML file that lists the sites.',
    defaultValue: './sites.yaml',
    fault: (text) => (text.trim() === '' ? 'write the path of a YAML file' : null),
  },
  accessFile: {
    name: 'ACCESS_FILE',
    meaning:
      'The YAML file that says which identity providers are believed and what their groups may do; none = only keys let in.',
    defaultValue: 'none',
    fault: (text) => (text.trim() === '' ? 'write the path of a YAML file, or none' : null),
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
  breakGlassKeySha256: {
    name: 'BREAK_GLASS_KEY_SHA256',
    meaning:
      'SHA-256, in hexadecimal, of the sealed key for the day when nobody else can come in; every use of it raises an alarm. `npm run break-glass-key` makes one. none = there is no such key.',
    defaultValue: 'none',
    fault: (text) =>
      text === 'none' || (/^[0-9a-f]{64}$/i.test(text) && text.toLowerCase() !== SHA256_OF_NOTHING)
        ? null
        : 'write the 64 hexadecimal digits that `npm run break-glass-key` prints, never the key itself, or none',
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
  auditDir: {
    name: 'AUDIT_DIR',
    meaning:
      'Folder for the record of who decided what, which all API processes see; none = nothing is recorded.',
    defaultValue: './audit',
    fault: (text) => (text.trim() === '' ? 'write the path of a folder, or none' : null),
  },
  auditKeyFile: {
    name: 'AUDIT_KEY_FILE',
    meaning:
      'File with the key that seals this record, such as what `openssl rand -hex 32` prints: one key per line, the newest first. The same for all API processes, and kept apart from AUDIT_DIR.',
    defaultValue: './audit-key',
    fault: (text) => (text.trim() === '' ? 'write the path of a file' : null),
  },
  auditCheckpointFile: {
    name: 'AUDIT_CHECKPOINT_FILE',
    meaning:
      'File to which is written, each minute, how far this record goes, so that an end that was cut off is noticed: best on another disk. The log tells the same; none = only the log does.',
    defaultValue: './audit-checkpoints.ndjson',
    fault: (text) => (text.trim() === '' ? 'write the path of a file, or none' : null),
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
  failoversPerMinute: {
    name: 'FAILOVERS_PER_MINUTE',
    meaning:
      'How many failovers, planned failovers and reprotects one principal may begin within any minute, over all processes; a declared emergency lifts it.',
    defaultValue: '10',
    fault: (text) => wholeNumber(text, 1, 100_000),
  },
  historyDir: {
    name: 'HISTORY_DIR',
    meaning:
      'Folder that all processes see, for operations that ended long ago: they leave Redis for compressed files there; none = they stay in Redis.',
    defaultValue: './history',
    fault: (text) => (text.trim() === '' ? 'write the path of a folder, or none' : null),
  },
  historyArchiveAfterDays: {
    name: 'HISTORY_ARCHIVE_AFTER_DAYS',
    meaning:
      'Days after its end in which an operation stays in Redis before it goes to HISTORY_DIR; journals know it for 30.',
    defaultValue: '60',
    fault: (text) => wholeNumber(text, 31, 36_500),
  },
  historyRetentionDays: {
    name: 'HISTORY_RETENTION_DAYS',
    meaning: 'Days after its end in which an operation is kept at all. What has not ended is always kept.',
    defaultValue: '400',
    fault: (text) => wholeNumber(text, 31, 36_500),
  },
  historyMaxOperations: {
    name: 'HISTORY_MAX_OPERATIONS',
    meaning:
      'How many operations are kept at the most; beyond it the oldest go first, none younger than 31 days.',
    defaultValue: '10000000',
    fault: (text) => wholeNumber(text, 1, 1_000_000_000),
  },
  historyMaxMegabytes: {
    name: 'HISTORY_MAX_MEGABYTES',
    meaning:
      'How large the files in HISTORY_DIR may become together, in megabytes; beyond it the oldest go first.',
    defaultValue: '20000',
    fault: (text) => wholeNumber(text, 1, 1_000_000_000),
  },
  metricsMostSites: {
    name: 'METRICS_MOST_SITES',
    meaning:
      'With so many sites at the most, each has its own figures at /metrics; with more of them, the worst of each provider is told.',
    defaultValue: '200',
    fault: (text) => wholeNumber(text, 0, 10_000),
  },
  otlpEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    meaning:
      'Base address of an OpenTelemetry receiver (OTLP over HTTP), such as http://127.0.0.1:4318, to which traces are sent; none = nothing is traced.',
    defaultValue: 'none',
    fault: (text) => (text === 'none' || isHttpAddress(text) ? null : 'write an http(s) address, or none'),
  },
  traceUpstreams: {
    name: 'TRACE_UPSTREAMS',
    meaning:
      'true = what is asked of upstreams carries a `traceparent` header while traces are sent; upstreams belong to others, so it is false by default.',
    defaultValue: 'false',
    fault: (text) => (text === 'true' || text === 'false' ? null : 'write true or false'),
  },
  ...WEBHOOK_VARIABLES,
} as const satisfies Record<keyof Environment, Variable>;

/** Faults that stop the start: one sentence each, saying what to write. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigurationError';
  }
}

export type Variables = Readonly<Record<string, string | undefined>>;

const BLIND_TLS =
  'NODE_TLS_REJECT_UNAUTHORIZED is 0, with which Node believes every certificate: remove it, and trust servers by tls.caFile or tls.fingerprint256 in the sites file, Redis by REDIS_CA_FILE.';

export function readEnvironment(variables: Variables = process.env): Environment {
  const faults: string[] = [];
  if (variables.NODE_TLS_REJECT_UNAUTHORIZED === '0') faults.push(BLIND_TLS);
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
    redisCaFile: orNone(text(ENVIRONMENT.redisCaFile)),
    secretsKeyFile: orNone(text(ENVIRONMENT.secretsKeyFile)),
    sitesFile: text(ENVIRONMENT.sitesFile),
    accessFile: orNone(text(ENVIRONMENT.accessFile)),
    adminApiKey: text(ENVIRONMENT.adminApiKey),
    breakGlassKeySha256: orNone(text(ENVIRONMENT.breakGlassKeySha256)),
    logLevel: text(ENVIRONMENT.logLevel) as LogLevel,
    pollIntervalMs: Number(text(ENVIRONMENT.pollIntervalMs)),
    submitTimeoutMs: Number(text(ENVIRONMENT.submitTimeoutMs)),
    quarantineMs: Number(text(ENVIRONMENT.quarantineMs)),
    inventoryRefreshMs: Number(text(ENVIRONMENT.inventoryRefreshMs)),
    inspectionMs: Number(text(ENVIRONMENT.inspectionMs)),
    drillDueHours: Number(text(ENVIRONMENT.drillDueHours)),
    journalDir: orNone(text(ENVIRONMENT.journalDir)),
    auditDir: orNone(text(ENVIRONMENT.auditDir)),
    auditKeyFile: text(ENVIRONMENT.auditKeyFile),
    auditCheckpointFile: orNone(text(ENVIRONMENT.auditCheckpointFile)),
    waitReplicas: Number(text(ENVIRONMENT.waitReplicas)),
    clockSkewLimitSeconds: Number(text(ENVIRONMENT.clockSkewLimitSeconds)),
    workerPort: numberOrNone(text(ENVIRONMENT.workerPort)),
    failoversPerMinute: Number(text(ENVIRONMENT.failoversPerMinute)),
    maxRequestsInFlight: Number(text(ENVIRONMENT.maxRequestsInFlight)),
    maxEventReaders: Number(text(ENVIRONMENT.maxEventReaders)),
    rateLimitPerSecond: numberOrNone(text(ENVIRONMENT.rateLimitPerSecond)),
    rateLimitFailuresPerMinute: numberOrNone(text(ENVIRONMENT.rateLimitFailuresPerMinute)),
    corsOrigins: listOrNone(text(ENVIRONMENT.corsOrigins)),
    hstsSeconds: Number(text(ENVIRONMENT.hstsSeconds)),
    innerPort: numberOrNone(text(ENVIRONMENT.innerPort)),
    historyDir: orNone(text(ENVIRONMENT.historyDir)),
    historyArchiveAfterDays: Number(text(ENVIRONMENT.historyArchiveAfterDays)),
    historyRetentionDays: Number(text(ENVIRONMENT.historyRetentionDays)),
    historyMaxOperations: Number(text(ENVIRONMENT.historyMaxOperations)),
    historyMaxMegabytes: Number(text(ENVIRONMENT.historyMaxMegabytes)),
    metricsMostSites: Number(text(ENVIRONMENT.metricsMostSites)),
    otlpEndpoint: orNone(text(ENVIRONMENT.otlpEndpoint)),
    traceUpstreams: text(ENVIRONMENT.traceUpstreams) === 'true',
    webhookAllowPrivate: text(ENVIRONMENT.webhookAllowPrivate) === 'true',
    webhookRetryScheduleMs: text(ENVIRONMENT.webhookRetryScheduleMs).split(',').map(Number),
    webhookMaxWaiting: Number(text(ENVIRONMENT.webhookMaxWaiting)),
    webhookMaxWaitingMegabytes: Number(text(ENVIRONMENT.webhookMaxWaitingMegabytes)),
    webhookDisabledKeptDays: Number(text(ENVIRONMENT.webhookDisabledKeptDays)),
  };
  if (environment.breakGlassKeySha256?.toLowerCase() === sha256Of(environment.adminApiKey))
    faults.push(
      `${ENVIRONMENT.breakGlassKeySha256.name} is the hash of ${ENVIRONMENT.adminApiKey.name}: what is in use every day breaks no glass. Write what \`npm run break-glass-key\` prints.`,
    );
  if (faults.length > 0) throw new ConfigurationError(faults);
  return environment;
}

/** The variables as they are, for `${NAME}` in the sites file. */
export function processVariables(): Variables {
  return process.env;
}

/** Never shows a secret back. */
function describe(variable: Variable, value: string): string {
  return SHOWN_TO_NOBODY.includes(variable.name) ? 'not usable' : `"${value}"`;
}

const SHOWN_TO_NOBODY: readonly string[] = [
  ENVIRONMENT.adminApiKey.name,
  ENVIRONMENT.redisUrl.name,
  // Somebody may have written the key itself.
  ENVIRONMENT.breakGlassKeySha256.name,
];

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function orNone(text: string): string | null {
  return text === 'none' ? null : text;
}

function listOrNone(text: string): string[] {
  return text === 'none' ? [] : text.split(',').map((part) => part.trim());
}

function numberOrNone(text: string): number | null {
  return text === 'none' ? null : Number(text);
}
