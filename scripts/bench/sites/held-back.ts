/**
 * Lets the processes of `PIDS` run for `SHARE` (0 to 1) of the time each, by stopping and continuing them: machines of a fraction
 * of a core. They run one after the other, evenly over the period. A process of its own, for the bench's may be busy.
 */
const PERIOD_MS = 50;
const pids = (process.env.PIDS ?? '').split(',').map(Number);
const runMs = Number(process.env.SHARE ?? 1) * PERIOD_MS;

const signal = (pid: number, name: 'SIGSTOP' | 'SIGCONT'): void => {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
};

const startedAt = performance.now();
const stopped = new Map<number, boolean>();
const tick = (): void => {
  const now = performance.now() - startedAt;
  for (const [index, pid] of pids.entries()) {
    const phase = (now + (index * PERIOD_MS) / pids.length) % PERIOD_MS;
    const stop = phase >= runMs;
    if (stopped.get(pid) === stop) continue;
    stopped.set(pid, stop);
    signal(pid, stop ? 'SIGSTOP' : 'SIGCONT');
  }
};
const ticking = setInterval(tick, 1);

const letGo = (): void => {
  clearInterval(ticking);
  for (const pid of pids) signal(pid, 'SIGCONT');
  process.exit(0);
};
process.once('SIGTERM', letGo);
process.once('disconnect', letGo);
process.send?.({ ready: true });
