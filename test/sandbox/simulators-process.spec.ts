import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../sandbox/ports.js';

const script = fileURLToPath(new URL('../../simulators/main.js', import.meta.url));

describe('the simulators’ process', () => {
  let stateDir: string;
  let child: ChildProcess;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'simulators-test-'));
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(stateDir, { recursive: true, force: true });
  });

  /** Resolves when it says that it is ready. */
  async function started(env: NodeJS.ProcessEnv): Promise<void> {
    child = fork(script, {
      execArgv: [],
      env: { ...env, SIMULATOR_STATE_DIR: stateDir },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const first = await new Promise((resolve) => {
      child.once('message', resolve);
      child.once('exit', (code) => resolve(`exit code ${code}`));
    });
    expect(first).toEqual({ ready: true });
  }

  const ended = () => new Promise((resolve) => child.once('exit', resolve));

  it('runs both sites ten times faster than real ones, and keeps their worlds', async () => {
    const [sdrs, srm] = [await freePort(), await freePort()];
    await started({ SDRS_SIMULATOR_PORT: String(sdrs), SRM_SIMULATOR_PORT: String(srm) });
    for (const port of [sdrs, srm]) {
      const site = (await (await fetch(`http://127.0.0.1:${port}/_sim`)).json()) as { settings: object };
      expect(site.settings).toMatchObject({ durationFactor: 0.1 });
    }
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    expect(readdirSync(stateDir).sort()).toEqual(['sdrs.json', 'srm.json']);
  });

  it('runs one of them when told so, and ends when its parent is gone', async () => {
    await started({ SIMULATOR_ONLY: 'srm', SRM_SIMULATOR_PORT: String(await freePort()) });
    child.disconnect();
    expect(await ended()).toBe(0);
    expect(readdirSync(stateDir)).toEqual(['srm.json']);
  });
});
