import { spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { DirectoryInUse, lockDirectory } from './directory-lock.js';
import type { KeeperNews, KeeperOrders } from './kept-process.js';

/**
 * A process of its own that stands between the sandbox and its Redis. It lives in its own session, so
 * that Ctrl-C does not reach the store before its users have left; it notices through its channel when
 * the sandbox is gone, even by SIGKILL, and takes the store down in order. It holds the data
 * directory's lock for exactly as long as a server may write there.
 */
const STOP_DEADLINE_MS = 10_000;

function tell(news: KeeperNews): void {
  if (process.connected) process.send?.(news);
}

function leave(): void {
  if (process.connected) process.disconnect();
  process.exit();
}

async function keep(orders: KeeperOrders): Promise<void> {
  const lock = await lockDirectory(orders.directory, { patienceMs: orders.patienceMs });
  const log = openSync(orders.logFile, 'a');
  const child = spawn(orders.command, orders.args, {
    cwd: orders.directory,
    env: orders.env,
    stdio: ['pipe', log, log],
    windowsHide: true,
  });
  let orphaned = !process.connected;
  const stop = () => {
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS).unref();
  };
  child.once('spawn', () => {
    tell({ type: 'started', pid: child.pid ?? 0 });
    if (orphaned) stop();
  });
  child.once('error', (error) => {
    tell({ type: 'refused', text: error.message, inUse: false });
    leave();
  });
  child.once('exit', (code, signal) => {
    lock.release();
    if (orphaned && orders.eraseWhenOrphaned) rmSync(orders.directory, { recursive: true, force: true });
    tell({ type: 'ended', text: signal ? `killed by ${signal}` : `exit code ${code}` });
    leave();
  });
  child.stdin?.on('error', () => undefined).end(orders.input);
  process.on('message', stop);
  process.on('SIGTERM', stop);
  process.removeListener('disconnect', leave);
  process.on('disconnect', () => {
    orphaned = true;
    stop();
  });
}

process.once('disconnect', leave);
process.once('message', (orders: KeeperOrders) => {
  keep(orders).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    tell({ type: 'refused', text, inUse: error instanceof DirectoryInUse });
    leave();
  });
});
