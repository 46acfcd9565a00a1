import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { OperationListDto } from '../../../src/api/dto/operation.dto.js';
import { GatewayClient } from '../../support/client.js';
import { descendantsOf, isAlive } from '../../support/descendants.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { Subprocess } from '../../support/processes.js';

const START = resolve('scripts', 'start.mjs');
const READY_MS = 120_000;
const A_FEW_SECONDS = 40;
const TEST_MS = 180_000;

describe('npm start', () => {
  let dataDir: string;
  let running: Subprocess | null = null;
  let pids: number[] = [];

  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'dr-gateway-start-'));
  });
  afterAll(async () => {
    await running?.stop(60_000);
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  interface Banner {
    client: GatewayClient;
    /** Until it was ready, by its own words. */
    seconds: number;
    /** The lines to paste: the key, and the requests. */
    lines: string[];
  }

  async function start(...args: string[]): Promise<Banner> {
    const env = {
      SANDBOX_DATA_DIR: dataDir,
      PORT: '0',
      SDRS_SIMULATOR_PORT: '0',
      SRM_SIMULATOR_PORT: '0',
      SIMULATOR_DURATION_FACTOR: '0.01',
      POLL_INTERVAL_MS: '100',
    };
    const command = Subprocess.begin({ name: 'npm start', script: START, args, env });
    running = command;
    const text = await eventually(
      'the banner',
      () => {
        if (/What is running.*\n.*curl.*operations/.test(command.log)) return command.log;
        throw new Error(command.log);
      },
      READY_MS,
    );
    pids = descendantsOf(command.pid);
    const [, url = ''] = /^ *API +(http\S+)/m.exec(text) ?? [];
    const [, key = ''] = /^ *API key +(\S+)/m.exec(text) ?? [];
    return {
      client: new GatewayClient(url, key),
      seconds: Number(/^dr-gateway is up, after ([\d.]+) s/m.exec(text)?.[1]),
      lines: text.split('\n').filter((line) => /^(KEY=|curl )/.test(line)),
    };
  }

  /** Ctrl-C. */
  async function interrupt(): Promise<void> {
    expect(pids.length).toBeGreaterThanOrEqual(4);
    expect(await running?.stop(60_000, 'SIGINT')).toBe(0);
    await eventuallyTrue('no process is left', () => !pids.some(isAlive), 10_000);
    running = null;
  }

  const history = async (client: GatewayClient): Promise<string[]> =>
    (await client.read<OperationListDto>('/v1/operations')).items.map(({ id }) => id).sort();

  it(
    'brings everything up, offers lines that work, stops at Ctrl-C, remembers, and begins anew when told to',
    async () => {
      const { client, lines } = await start();
      expect(lines.map((line) => line.slice(0, 4))).toEqual(['KEY=', 'curl', 'curl', 'curl', 'curl']);
      const { stdout } = await promisify(execFile)('bash', ['-c', lines.join('\n')]);
      const answers = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const [plans, one, other, operations] = answers;
      expect(plans).toMatchObject({ sources: [{ state: 'FRESH' }, { state: 'FRESH' }] });
      for (const operation of [one, other])
        expect(operation).toMatchObject({ action: 'FAILOVER', direction: 'TO_RECOVERY' });
      expect([one?.provider, other?.provider].sort()).toEqual(['sdrs', 'srm']);
      expect(operations).toMatchObject({ items: [{}, {}] });
      const begun = [one, other].map((operation) => String(operation?.id));
      for (const id of begun) expect((await client.ended(id)).state).toBe('SUCCEEDED');
      await interrupt();

      const second = await start();
      expect(second.seconds).toBeLessThan(A_FEW_SECONDS);
      expect(second.client.apiKey).toBe(client.apiKey);
      expect(await history(second.client)).toEqual([...begun].sort());
      expect(await second.client.planNamed('erp-dr')).toMatchObject({
        state: 'FAILED_OVER',
        activeSite: 'RECOVERY',
      });
      await interrupt();

      const third = await start('--fresh');
      expect(await history(third.client)).toEqual([]);
      expect(await third.client.planNamed('erp-dr')).toMatchObject({
        state: 'PROTECTED',
        activeSite: 'PRODUCTION',
      });
      await interrupt();
    },
    TEST_MS,
  );
});
