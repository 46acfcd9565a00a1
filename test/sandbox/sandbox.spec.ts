import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DataDirectory } from '../../sandbox/data-directory.js';
import { readOptions, type SandboxOptions } from '../../sandbox/options.js';
import { freePort } from '../../sandbox/ports.js';
import { Sandbox } from '../../sandbox/sandbox.js';

/** A gateway of two plans; tells its environment to whoever asks. */
const API = `
  import { createServer } from 'node:http';
  const plan = (siteId, id) => ({ id: siteId + '.' + id, siteId, name: id, state: 'PROTECTED', activeSite: 'PRODUCTION', nextDirection: 'TO_RECOVERY' });
  const pages = {
    '/readyz': { status: 'ok', checks: [] },
    '/v1/recovery-plans': { items: [plan('eu-cloud', 'billing'), plan('berlin-dc', 'shop')], sources: [{ state: 'FRESH' }] },
    '/env': process.env,
  };
  createServer((request, response) => response.end(JSON.stringify(pages[request.url.split('?')[0]])))
    .listen(Number(process.env.PORT), '127.0.0.1', () => process.send({ ready: true }));
  process.on('disconnect', () => process.exit());
`;
const OTHER = "process.send({ ready: true }); process.on('disconnect', () => process.exit());";

describe('the sandbox', () => {
  let root: string;
  let sandbox: Sandbox | null;
  let printed: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    writeFileSync(join(root, 'api.mjs'), API);
    writeFileSync(join(root, 'other.mjs'), OTHER);
    printed = '';
    sandbox = null;
  });
  afterEach(async () => {
    await sandbox?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  async function started(args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<SandboxOptions> {
    const options = readOptions(args, { PORT: String(await freePort()), ...env }, root);
    const other = join(root, 'other.mjs');
    sandbox = new Sandbox(
      options,
      { api: join(root, 'api.mjs'), worker: other, simulators: other },
      (text) => (printed += `${text}\n`),
    );
    await sandbox.start();
    return options;
  }

  it('offers requests with real plan ids and the right key', async () => {
    const { ports, dataDir } = await started();
    const key = readFileSync(join(dataDir, 'admin-api-key'), 'utf8').trim();
    const url = `http://127.0.0.1:${ports.api}`;
    expect(printed).toContain(`\nKEY=${key}\n`);
    expect(printed).toContain(`${url}/v1/recovery-plans/eu-cloud.billing/actions/failover`);
    expect(printed).toContain(`${url}/v1/recovery-plans/berlin-dc.shop/actions/failover`);
    expect(printed).toContain(`${url}/v1/operations`);
  });

  it('wires the gateway to its Redis, its sites and their passwords', async () => {
    const { ports, dataDir } = await started([], { POLL_INTERVAL_MS: '250' });
    const env = (await (await fetch(`http://127.0.0.1:${ports.api}/env`)).json()) as NodeJS.ProcessEnv;
    expect(env).toMatchObject({
      REDIS_URL: expect.stringMatching(/^redis:\/\/.*127\.0\.0\.1:\d+$/) as string,
      SITES_FILE: join(dataDir, 'sites.yaml'),
      SDRS_PASSWORD: 'demo-password',
      SRM_PASSWORD: 'demo-password',
      SRM_REMOTE_PASSWORD: 'demo-remote-password',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      POLL_INTERVAL_MS: '250',
    });
    const { sites } = parse(readFileSync(join(dataDir, 'sites.yaml'), 'utf8')) as { sites: { id: string }[] };
    expect(sites.map((site) => site.id)).toEqual(['eu-cloud', 'berlin-dc']);
  });

  it('offers no failover of sites that are somebody’s own', async () => {
    await started([], { SITES_FILE: join(root, 'sites.yaml') });
    expect(printed).toContain('/v1/operations');
    expect(printed).not.toContain('/actions/failover');
  });

  it('says who has a port that it wanted, and takes another', async () => {
    const first = await started();
    const api = sandbox;
    try {
      await started([], { PORT: String(first.ports.api), SANDBOX_DATA_DIR: join(root, 'second') });
      expect(printed).toMatch(new RegExp(`API: port ${first.ports.api} is taken by .+; using \\d+`));
    } finally {
      await api?.stop();
    }
  });

  it('fails to start on a data directory that another one uses', async () => {
    const data = await DataDirectory.open(join(root, '.data'), { fresh: false });
    await expect(started()).rejects.toThrow(/in use by another dr-gateway/);
    data.close();
  });
});

describe('the data directory', () => {
  it('begins anew when told to, and touches nothing that is not its own', async () => {
    const path = mkdtempSync(join(tmpdir(), 'data-test-'));
    const first = await DataDirectory.open(path, { fresh: false });
    const key = first.adminApiKey();
    expect(first.adminApiKey()).toBe(key);
    expect(statSync(join(path, 'admin-api-key')).mode & 0o777).toBe(0o600);
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    first.close();

    const second = await DataDirectory.open(path, { fresh: true });
    expect(second.adminApiKey()).not.toBe(key);
    expect(existsSync(join(path, 'thesis.txt'))).toBe(true);
    second.close();
    rmSync(path, { recursive: true });
  });
});

describe('the options', () => {
  it('have defaults for everything', () => {
    expect(readOptions([], {}, '/repo')).toMatchObject({
      fresh: false,
      dataDir: '/repo/.data',
      ports: { api: 3000, sdrs: 4801, srm: 4802 },
      sitesFile: null,
      adminApiKey: null,
    });
  });

  it('refuse what they do not know', () => {
    expect(() => readOptions(['--frsh'], {}, '/repo')).toThrow(/unknown option --frsh/);
    expect(() => readOptions([], { PORT: 'http' }, '/repo')).toThrow('PORT is a port number, not "http"');
  });
});
