import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../sandbox/ports.js';
import { SITE_PASSWORDS } from '../../../sandbox/sites-file.js';
import { percentile } from '../../measure/statistics.js';
import type { Bench, Round } from '../bench.js';
import { API_KEY, Product, PRODUCT } from '../product.js';

const EMPTY = fileURLToPath(new URL('./empty-server.js', import.meta.url));
const READY_WITHIN_MS = 60_000;
const ASKED_EVERY_MS = 5;
const READY = 'p50 until ready';

/** B12: from the start of the process to the first 200 of /readyz, with a Redis and two sites as always. */
export const starts: Bench = {
  id: 'B12',
  title: 'start to ready (`node dist/main.js`)',
  opponent: 'an empty Nest (Fastify) application, started the same way',
  targets: { [READY]: { atMost: 2 } },
  async open({ quick }) {
    const product = await Product.open({ apis: 0 });
    const main = join(PRODUCT, 'main.js');
    const settings = {
      ...SITE_PASSWORDS,
      REDIS_URL: product.redis.url,
      SITES_FILE: join(product.directory, 'sites.yaml'),
      ADMIN_API_KEY: API_KEY,
      LOG_LEVEL: 'warn',
      JOURNAL_DIR: join(product.directory, 'journal'),
      AUDIT_DIR: 'none',
      HISTORY_DIR: join(product.directory, 'history'),
    };
    // What the disk has not read yet is nobody's fault.
    await startMs(main, settings);
    await startMs(EMPTY, {});
    const times = quick ? 2 : 7;
    const round = async (): Promise<Round> => {
      const [ours, empty]: [number[], number[]] = [[], []];
      for (let i = 0; i < times; i += 1) {
        if (i % 2 === 0) ours.push(await startMs(main, settings));
        empty.push(await startMs(EMPTY, {}));
        if (i % 2 === 1) ours.push(await startMs(main, settings));
      }
      const measured = {
        ours: percentile(ours, 0.5) ?? NaN,
        opponent: percentile(empty, 0.5) ?? NaN,
      };
      return { measured: [{ figure: READY, unit: 'ms', ...measured }] };
    };
    return { round, close: () => product.close() };
  },
};

/** Until the process that was just begun is ready; then it is ended. */
async function startMs(script: string, settings: Record<string, string>): Promise<number> {
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const begunAt = performance.now();
  const child = fork(script, {
    execArgv: [],
    env: { PATH, HOME, HOST: '127.0.0.1', PORT: String(port), ...settings },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`${script} ended with code ${child.exitCode}`);
      if (performance.now() - begunAt > READY_WITHIN_MS) throw new Error(`${script} is not ready`);
      await sleep(ASKED_EVERY_MS);
    }
    return performance.now() - begunAt;
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
  });
}
