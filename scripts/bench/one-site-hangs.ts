import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEphemeralRedis } from '../../sandbox/embedded-redis.js';
import { freePort } from '../../sandbox/ports.js';
import { Service } from '../../sandbox/service.js';
import { startSimulator, type RunningSimulator } from '../../simulators/engine/server.js';
import { sdrsSimulator, type SdrsSettings, type SdrsState } from '../../simulators/sdrs/sdrs.simulator.js';
import { GatewayClient, type SeenPlan } from '../measure/gateway-client.js';
import { until } from '../measure/pace.js';
import { percentile } from '../measure/statistics.js';

/**
 * How long actions on nine sites wait to be started while the tenth answers nothing, against the same when it answers.
 * The tenth has operations that wait to be sent and people who look at it all the time; it is the one that shares its
 * shard with most others. What is measured: from acceptance to the upstream's own acceptance, as the record has it.
 *
 * node build/scripts/bench/one-site-hangs.js [rounds]
 */
const SITES = 10;
const PLANS_OF_EACH = 12;
const WAITING_AT_THE_TENTH = 60;
const LOOKERS = 10;
const API_KEY = 'bench-key-7d2f';
const PRODUCT = resolve(process.env.DIST_DIR ?? 'dist');
const ID_OF = (i: number): string => `site-${i}`;
/** It shares its shard with two others: more than any other of these names does. */
const TENTH = 2;

type Site = RunningSimulator<SdrsState, SdrsSettings>;
type SeenOperation = { id: string; siteId: string; createdTime: string; startedTime: string | null };

async function measured(hangs: boolean): Promise<{ delays: number[]; unstarted: number; refused: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-hangs-'));
  mkdirSync(join(directory, 'logs'));
  const redis = await openEphemeralRedis();
  const sites: Site[] = [];
  const services: Service[] = [];
  try {
    for (let i = 0; i < SITES; i += 1)
      sites.push(
        await startSimulator(sdrsSimulator, {
          settings: { moreGroups: i === TENTH ? WAITING_AT_THE_TENTH : PLANS_OF_EACH },
        }),
      );
    const port = await freePort();
    writeFileSync(join(directory, 'sites.yaml'), sitesFile(sites));
    const { PATH = '', HOME = '' } = process.env;
    const env = {
      PATH,
      HOME,
      SDRS_PASSWORD: 'demo-password',
      PORT: String(port),
      HOST: '127.0.0.1',
      REDIS_URL: redis.url,
      SITES_FILE: join(directory, 'sites.yaml'),
      ADMIN_API_KEY: API_KEY,
      LOG_LEVEL: 'warn',
      JOURNAL_DIR: 'none',
      HISTORY_DIR: 'none',
    };
    const service = async (name: string): Promise<Service> => {
      const script = join(PRODUCT, `${name}.js`);
      const started = new Service(
        { name, script, env, logFile: join(directory, 'logs', `${name}.log`) },
        () => undefined,
      );
      services.push(started);
      await started.start();
      return started;
    };
    await service('main');
    const worker = await service('worker');
    const api = new GatewayClient(`http://127.0.0.1:${port}`, API_KEY);
    const plans = await until('every site is known', () => everyPlan(api), 90_000);
    // Nobody sends while the tenth is given its work: what is lost then is only the time of its first look.
    await worker.stop();
    const ofTenth = plans.filter(({ siteId }) => siteId === ID_OF(TENTH)).slice(0, WAITING_AT_THE_TENTH);
    for (const { id } of ofTenth) await api.failOver(id);
    if (hangs) sites[TENTH]?.simulator.faults.add({ kind: 'hang', path: '.*', times: -1 });
    await service('worker');

    const leaving = new AbortController();
    const [first] = ofTenth;
    const lookers = Array.from({ length: LOOKERS }, async () => {
      while (!leaving.signal.aborted) {
        await api.timed(`/v1/recovery-plans/${first?.id ?? ''}/actions`).catch(() => undefined);
        await sleep(500, undefined, { signal: leaving.signal }).catch(() => undefined);
      }
    });
    await sleep(3_000);
    const others = plans.filter(({ siteId }) => siteId !== ID_OF(TENTH));
    let refused = 0;
    const ids: string[] = [];
    for (let i = 0; i < PLANS_OF_EACH; i += 1)
      for (let site = 0; site < SITES; site += 1) {
        const plan = others.filter(({ siteId }) => siteId === ID_OF(site))[i];
        if (!plan) continue;
        const answer = await api.failOver(plan.id);
        if ('id' in answer) ids.push(answer.id);
        else refused += 1;
        await sleep(60);
      }
    const started = await until(
      'they are started',
      async () => {
        const all = await Promise.all(ids.map((id) => api.read<SeenOperation>(`/v1/operations/${id}`)));
        return all.every(({ startedTime }) => startedTime !== null) ? all : null;
      },
      90_000,
    ).catch(() => Promise.all(ids.map((id) => api.read<SeenOperation>(`/v1/operations/${id}`))));
    leaving.abort();
    await Promise.race([Promise.all(lookers), sleep(1_000)]);
    const delays = started.flatMap(({ createdTime, startedTime }) =>
      startedTime === null ? [] : [Date.parse(startedTime) - Date.parse(createdTime)],
    );
    return { delays, unstarted: started.length - delays.length, refused };
  } finally {
    await Promise.all(services.map((each) => each.stop()));
    await Promise.all(sites.map((site) => site.close()));
    await redis.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function everyPlan(api: GatewayClient): Promise<SeenPlan[] | null> {
  const plans = await api.all<SeenPlan>('/v1/recovery-plans?pageSize=500&state=PROTECTED');
  return new Set(plans.map(({ siteId }) => siteId)).size === SITES ? plans : null;
}

function sitesFile(sites: readonly Site[]): string {
  const entries = sites.map(
    ({ port }, i) => `  - id: ${ID_OF(i)}
    name: Site ${i}
    provider: sdrs
    endpoint: http://127.0.0.1:${port}
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: password, iamEndpoint: "http://127.0.0.1:${port}", domainName: demo, userName: demo, password: "\${SDRS_PASSWORD}" }
    budget: { requestsPerSecond: 10000 }`,
  );
  return `sites:\n${entries.join('\n')}\n`;
}

const rounds = Number(process.argv[2] ?? 5);
const ratios: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const [well, ill] = [await measured(false), await measured(true)];
  const [p99Well, p99Ill] = [percentile(well.delays, 0.99) ?? NaN, percentile(ill.delays, 0.99) ?? NaN];
  const p50 = [percentile(well.delays, 0.5), percentile(ill.delays, 0.5)];
  ratios.push(p99Ill / p99Well);
  const told = {
    round,
    p50Ms: p50,
    p99Ms: [p99Well, p99Ill],
    ratio: p99Ill / p99Well,
    unstarted: ill.unstarted,
    refused: ill.refused,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
process.stdout.write(`median ratio of p99: ${percentile(ratios, 0.5)?.toFixed(2)} of ${rounds} rounds\n`);
