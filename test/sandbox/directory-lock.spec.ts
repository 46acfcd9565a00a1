import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryInUse, lockDirectory } from '../../sandbox/redis/directory-lock.js';

const lockModule = new URL('../../sandbox/redis/directory-lock.js', import.meta.url).href;

/** A process that takes the lock and is killed while it has it. */
async function dieHolding(directory: string): Promise<void> {
  const program = `
    import { lockDirectory } from ${JSON.stringify(lockModule)};
    await lockDirectory(${JSON.stringify(directory)});
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
}

describe('lockDirectory', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-test-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('gives a directory to one at a time', async () => {
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse);
    lock.release();
    (await lockDirectory(directory)).release();
  });

  it('is not fooled by a holder that was killed', async () => {
    await dieHolding(directory);
    (await lockDirectory(directory)).release();
  });

  it('has one winner when many come upon a dead holder at once', async () => {
    await dieHolding(directory);
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(won).toHaveLength(1);
    won[0]?.release();
  });

  it('waits for a holder that is leaving, when told to be patient', async () => {
    const first = await lockDirectory(directory);
    const second = lockDirectory(directory, { patienceMs: 10_000 });
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse);
    first.release();
    (await second).release();
  });

  it('works in a directory whose path is too long for a socket', async () => {
    const deep = join(directory, 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const options = { elsewhere: directory };
    const lock = await lockDirectory(deep, options);
    await expect(lockDirectory(deep, options)).rejects.toThrow(DirectoryInUse);
    lock.release();
  });
});
