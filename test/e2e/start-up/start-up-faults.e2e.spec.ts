import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productScript } from '../../support/product.js';
import { Subprocess } from '../../support/processes.js';
import { useWorld } from '../../support/world.js';

const SECRET = 'hunter2-very-secret';

const SCRIPTS = ['main', 'worker'] as const;

describe('API and worker with a faulty configuration', () => {
  const world = useWorld({ workers: 0, sites: [] });
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'dr-gateway-start-up-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Starts both and waits for their ends: one sentence per fault, nothing else, and the same from both. */
  async function faultsOf(change: Record<string, string | undefined>): Promise<string[]> {
    const [api = [], worker] = await Promise.all(SCRIPTS.map((script) => saidBy(script, change)));
    expect(worker).toEqual(api);
    return api;
  }

  async function saidBy(
    script: (typeof SCRIPTS)[number],
    change: Record<string, string | undefined>,
  ): Promise<string[]> {
    const given = Object.entries({ ...world().env, ADMIN_API_KEY: SECRET, ...change });
    const env = Object.fromEntries(
      given.filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const process = Subprocess.begin({ name: script, script: productScript(script), env });
    expect(await process.end()).toBe(1);
    expect(process.log).not.toContain(SECRET);
    expect(process.log).not.toMatch(/^\s+at /m);
    return process.log.split('\n').filter((line) => line !== '' && !line.startsWith('{"level"'));
  }

  function sitesFile(yaml: string): string {
    const path = join(directory, 'sites.yaml');
    writeFileSync(path, yaml);
    return path;
  }

  it('end with code 1 and a sentence for each wrong or missing variable', async () => {
    const faults = await faultsOf({
      PORT: 'many',
      LOG_LEVEL: 'loud',
      ADMIN_API_KEY: undefined,
      POLL_INTERVAL_MS: '1',
      SUBMIT_TIMEOUT_MS: '-5',
      REDIS_URL: `mysql://user:${SECRET}@host`,
    });
    for (const name of [
      'PORT',
      'LOG_LEVEL',
      'ADMIN_API_KEY',
      'POLL_INTERVAL_MS',
      'SUBMIT_TIMEOUT_MS',
      'REDIS_URL',
    ])
      expect(faults.filter((fault) => fault.startsWith(name))).toHaveLength(1);
    expect(faults).toHaveLength(6);
  });

  it('end with a sentence for each fault of the sites file', async () => {
    const faults = await faultsOf({
      SITES_FILE: sitesFile(`sites:
  - id: Bad Id
    provider: sdrs
    endpoint: http://127.0.0.1:1
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: password, iamEndpoint: "http://127.0.0.1:1", domainName: d, userName: u, password: ${SECRET} }
  - id: twice
    provider: nothing
  - id: twice
    provider: srm
    endpoint: http://127.0.0.1:2
    colour: red
    auth: { type: session, userName: u, password: ${SECRET}, remoteUserName: r, remotePassword: p }
`),
    });
    for (const words of ['sites[0].id', 'sites[1].provider', 'used twice', 'sites[2].colour'])
      expect(faults.join('\n')).toContain(words);
    expect(faults.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['is not there', () => join('/nowhere', 'sites.yaml'), /cannot be read/],
    ['is not YAML', () => sitesFile('sites: [unclosed'), /is not YAML/],
    ['holds no sites', () => sitesFile('sites: []'), /no sites/],
    [
      'needs a variable that is not set',
      () => sitesFile('sites: [{ id: a, provider: sdrs, auth: { password: "${NOT_SET_ANYWHERE}" } }]'),
      /NOT_SET_ANYWHERE/,
    ],
  ])('end with one sentence when the sites file %s', async (_what, path, sentence) => {
    const faults = await faultsOf({ SITES_FILE: path() });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(sentence);
  });

  it('do not work without the journal that they are told to keep', async () => {
    const faults = await faultsOf({ PORT: '0', JOURNAL_DIR: sitesFile('a file in its place') });
    expect(faults).toEqual([expect.stringMatching(/^JOURNAL_DIR cannot be used: .*, or none\.$/)]);
  });

  it('the API does not record decisions without the key that seals them', async () => {
    const audit = { AUDIT_DIR: join(directory, 'audit'), AUDIT_CHECKPOINT_FILE: 'none' };
    const missing = await saidBy('main', { PORT: '0', ...audit, AUDIT_KEY_FILE: join(directory, 'no-key') });
    expect(missing).toEqual([
      expect.stringMatching(/^AUDIT_KEY_FILE is .*cannot be read.*openssl rand -hex 32/),
    ]);
    const short = { ...audit, AUDIT_KEY_FILE: sitesFile('short') };
    expect(await saidBy('main', { PORT: '0', ...short })).toEqual([
      expect.stringMatching(/^AUDIT_KEY_FILE is .*less than 32 characters/),
    ]);
  });

  it('do not work on a Redis that throws data away', async () => {
    const policy = (value: string) =>
      world().withRedis((redis) => redis.config('SET', 'maxmemory-policy', value));
    await policy('allkeys-lru');
    try {
      const faults = await faultsOf({ PORT: '0' });
      expect(faults).toEqual([expect.stringMatching(/allkeys-lru.*noeviction/)]);
    } finally {
      await policy('noeviction');
    }
  });
});
