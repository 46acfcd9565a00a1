import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service } from '../../sandbox/service.js';
import { until } from './until.js';

describe('Service', () => {
  let directory: string;
  let said: string[];
  let service: Service | null;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'service-test-'));
    said = [];
    service = null;
  });
  afterEach(async () => {
    await service?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function serviceOf(source: string, isReady?: () => Promise<boolean>): Service {
    const script = join(directory, 'service.mjs');
    writeFileSync(script, source);
    const orders = { name: 'worker', script, env: {}, logFile: join(directory, 'worker.log'), isReady };
    return (service = new Service(orders, (text) => said.push(text)));
  }

  const stayUntilLeft = "process.on('disconnect', () => process.exit());";

  it('is started when the child says so and the outside agrees', async () => {
    let asked = 0;
    await serviceOf(`${stayUntilLeft} process.send({ ready: true })`, async () => ++asked > 1).start();
    expect(asked).toBe(2);
  });

  it('fails to start with the last words of a child that dies first', async () => {
    const broken = serviceOf("console.error('SITES_FILE is not set'); process.exit(3)");
    await expect(broken.start()).rejects.toThrow(/worker ended \(exit code 3\)\n.*SITES_FILE is not set/);
  });

  it('starts a child again that dies later, and says so', async () => {
    await serviceOf(`
      import { existsSync, writeFileSync } from 'node:fs';
      const second = existsSync('${directory}/died');
      writeFileSync('${directory}/died', '');
      ${stayUntilLeft}
      process.send({ ready: true }, () => second || process.exit(1));
    `).start();
    await until(() => said.includes('worker is back'));
    expect(said[0]).toMatch(/^worker ended \(exit code 1\)[^]*starting it again in 0.5 s$/);
  });

  it('does not start a child again that was stopped', async () => {
    await serviceOf(`${stayUntilLeft} process.send({ ready: true })`).start();
    await service?.stop();
    expect(said).toEqual([]);
  });
});
