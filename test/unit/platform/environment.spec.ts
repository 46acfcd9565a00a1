import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigurationError,
  ENVIRONMENT,
  readEnvironment,
  type Variables,
} from '../../../src/platform/config/environment.js';

const KEY = { ADMIN_API_KEY: 'a-long-random-text' };

function faultsOf(variables: Variables): readonly string[] {
  try {
    readEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

it('everything but the API key has a default', () => {
  expect(readEnvironment(KEY)).toEqual({
    port: 3000,
    host: '127.0.0.1',
    redisUrl: 'redis://127.0.0.1:6379',
    redisCaFile: null,
    secretsKeyFile: null,
    sitesFile: './sites.yaml',
    accessFile: null,
    adminApiKey: 'a-long-random-text',
    breakGlassKeySha256: null,
    logLevel: 'info',
    pollIntervalMs: 5_000,
    submitTimeoutMs: 30_000,
    quarantineMs: 100_000,
    inventoryRefreshMs: 30_000,
    inspectionMs: 300_000,
    drillDueHours: 24,
    journalDir: './journal',
    auditDir: './audit',
    auditKeyFile: './audit-key',
    auditCheckpointFile: './audit-checkpoints.ndjson',
    waitReplicas: 0,
    clockSkewLimitSeconds: 30,
    workerPort: null,
    failoversPerMinute: 10,
    maxRequestsInFlight: 400,
    maxEventReaders: 10_000,
    rateLimitPerSecond: 500,
    rateLimitFailuresPerMinute: 300,
    corsOrigins: [],
    hstsSeconds: 0,
    innerPort: null,
    historyDir: './history',
    historyArchiveAfterDays: 60,
    historyRetentionDays: 400,
    historyMaxOperations: 10_000_000,
    historyMaxMegabytes: 20_000,
    webhookAllowPrivate: false,
    webhookRetryScheduleMs: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
      (s) => s * 1000,
    ),
    webhookMaxWaiting: 200_000,
    webhookMaxWaitingMegabytes: 300,
    webhookDisabledKeptDays: 7,
    metricsMostSites: 200,
    otlpEndpoint: null,
    traceUpstreams: false,
  });
});

it.each(Object.values(ENVIRONMENT))('the default of $name is itself allowed', ({ name, defaultValue }) => {
  if (defaultValue !== null) expect(faultsOf({ ...KEY, [name]: defaultValue })).toEqual([]);
});

it('what is given counts, and what is given empty is not given', () => {
  expect(
    readEnvironment({ ...KEY, PORT: '0', LOG_LEVEL: 'debug', QUARANTINE_MS: '0', HOST: '' }),
  ).toMatchObject({
    port: 0,
    logLevel: 'debug',
    quarantineMs: 0,
    host: '127.0.0.1',
  });
});

const FAULTS: readonly [string, string, RegExp][] = [
  ['PORT', 'http', /a whole number from 0 to 65535/],
  ['PORT', '70000', /a whole number from 0 to 65535/],
  ['PORT', '-1', /a whole number/],
  ['PORT', '3e3', /a whole number/],
  ['HOST', 'a b', /an address, such as 127\.0\.0\.1/],
  ['SITES_FILE', ' ', /the path of a YAML file/],
  ['REDIS_URL', 'localhost:6379', /redis:\/\/host:6379/],
  ['REDIS_URL', 'http://host', /redis:\/\/host:6379/],
  ['ADMIN_API_KEY', 'two words', /a long random text/],
  ['BREAK_GLASS_KEY_SHA256', 'ab'.repeat(31), /64 hexadecimal digits/],
  [
    'BREAK_GLASS_KEY_SHA256',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    /never the key itself/,
  ],
  ['LOG_LEVEL', 'loud', /one of fatal, error, warn/],
  ['POLL_INTERVAL_MS', '1', /from 20 to 600000/],
  ['SUBMIT_TIMEOUT_MS', '99', /from 100 to 600000/],
  ['QUARANTINE_MS', '1.5', /from 0 to 86400000/],
  ['AUDIT_DIR', ' ', /the path of a folder, or none/],
  ['AUDIT_KEY_FILE', ' ', /the path of a file/],
  ['REDIS_WAIT_REPLICAS', '6', /from 0 to 5/],
  ['CLOCK_SKEW_LIMIT_SECONDS', '0', /from 1 to 86400/],
  ['WORKER_PORT', 'no', /from 0 to 65535/],
  ['CORS_ORIGINS', '*', /origins as browsers send them/],
  ['CORS_ORIGINS', 'https://a.example/,https://b.example', /origins as browsers send them/],
  ['CORS_ORIGINS', 'a.example', /origins as browsers send them/],
  ['INNER_PORT', 'no', /from 0 to 65535/],
  ['HSTS_SECONDS', '1y', /from 0 to 63072000/],
  ['RATE_LIMIT_PER_SECOND', '0', /from 1 to 1000000/],
  ['RATE_LIMIT_FAILURES_PER_MINUTE', 'no', /from 1 to 1000000/],
  ['METRICS_MOST_SITES', '-1', /from 0 to 10000/],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317', /an http\(s\) address, or none/],
  ['TRACE_UPSTREAMS', 'yes', /true or false/],
];

it('a sealed key that is the everyday one is told, and neither is shown', () => {
  const digest = createHash('sha256').update('hidden-key').digest('hex').toUpperCase();
  const faults = faultsOf({ ADMIN_API_KEY: 'hidden-key', BREAK_GLASS_KEY_SHA256: digest });
  expect(faults).toEqual([expect.stringMatching(/^BREAK_GLASS_KEY_SHA256 is the hash of ADMIN_API_KEY/)]);
  expect(faults.join()).not.toContain('hidden-key');
});

it.each(FAULTS)('%s=%j is told in a sentence that names it and says what to write', (name, value, advice) => {
  const faults = faultsOf({ ...KEY, [name]: value });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(new RegExp(`^${name} is `));
  expect(faults[0]).toMatch(advice);
  expect(faults[0]).toMatch(/\.$/);
});

it('a missing key is told, with a way to make one', () => {
  expect(faultsOf({})).toEqual([
    expect.stringMatching(/^ADMIN_API_KEY is not set: .*openssl rand -hex 32/) as string,
  ]);
});

it('all faults are told at once', () => {
  const faults = faultsOf({ PORT: 'x', LOG_LEVEL: 'x', QUARANTINE_MS: 'x' });
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual(
    expect.arrayContaining(['PORT', 'LOG_LEVEL', 'QUARANTINE_MS', 'ADMIN_API_KEY']) as string[],
  );
  expect(faults).toHaveLength(4);
});

it('a variable that has Node believe every certificate stops the start', () => {
  expect(faultsOf({ ...KEY, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([
    expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED is 0.*: remove it.*REDIS_CA_FILE\.$/) as string,
  ]);
  expect(faultsOf({ ...KEY, NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
});

it('a secret is never shown back', () => {
  const faults = faultsOf({
    ADMIN_API_KEY: 'hidden word',
    BREAK_GLASS_KEY_SHA256: 'hidden-key',
    REDIS_URL: 'rediss:/x:hidden@host',
  }).join('\n');
  expect(faults).toContain('ADMIN_API_KEY');
  expect(faults).toContain('REDIS_URL');
  expect(faults).not.toContain('hidden');
});

describe('.env.example', () => {
  const lines = readFileSync(join(process.cwd(), '.env.example'), 'utf8').split('\n');
  const settingAt = (name: string) => lines.findIndex((line) => new RegExp(`^(# )?${name}=`).test(line));

  it.each(Object.values(ENVIRONMENT))('says what $name means and what it is by default', (variable) => {
    const at = settingAt(variable.name);
    expect(lines[at]).toBe(
      variable.defaultValue === null ? `${variable.name}=` : `# ${variable.name}=${variable.defaultValue}`,
    );
    expect(lines[at - 1]).toBe(`# ${variable.meaning}`);
  });

  it('names no setting that is not read, the secrets of the sites apart', () => {
    const secrets = lines.findIndex((line) => line.includes('Secrets of the sites'));
    const named = lines
      .slice(0, secrets)
      .flatMap((line) => /^(?:# )?([A-Z][A-Z0-9_]+)=/.exec(line)?.[1] ?? []);
    expect(named.sort()).toEqual(
      Object.values(ENVIRONMENT)
        .map(({ name }) => name as string)
        .sort(),
    );
  });
});
