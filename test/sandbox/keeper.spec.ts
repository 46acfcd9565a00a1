import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { openEphemeralRedis } from '../../sandbox/embedded-redis.js';
import { until } from './until.js';

const embeddedRedis = new URL('../../sandbox/embedded-redis.js', import.meta.url).href;

/** A process that opens a Redis, tells its pid and directory, and waits. */
function redisOwner(): ChildProcess {
  const program = `
    import { openEphemeralRedis } from ${JSON.stringify(embeddedRedis)};
    const redis = await openEphemeralRedis({ appendOnly: true });
    process.send({ pid: redis.pid, directory: redis.directory });
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

const firstMessage = (child: ChildProcess) =>
  new Promise<{ pid: number; directory: string }>((resolve, reject) => {
    child.once('message', resolve as (message: unknown) => void);
    child.once('exit', (code) => reject(new Error(`the owner ended with ${code}`)));
  });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the keeper', () => {
  it('takes Redis down, and removes an ephemeral one, when the owner is killed with SIGKILL', async () => {
    const owner = redisOwner();
    const { pid, directory } = await firstMessage(owner);
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(directory)).toBe(true);
    owner.kill('SIGKILL');
    await until(() => !isAlive(pid));
    await until(() => !existsSync(directory));
  });

  it('keeps Redis in a session of its own, where Ctrl-C in the terminal does not reach it', async () => {
    const redis = await openEphemeralRedis();
    try {
      const session = (pid: number) =>
        execFileSync('ps', ['-o', 'sess=', '-p', String(pid)])
          .toString()
          .trim();
      expect(session(redis.pid)).not.toBe(session(process.pid));
    } finally {
      await redis.stop();
    }
  });

  it('tells when Redis ends by itself', async () => {
    const redis = await openEphemeralRedis();
    process.kill(redis.pid, 'SIGKILL');
    expect(await redis.ended).toBe('killed by SIGKILL');
    await redis.stop();
  });
});
