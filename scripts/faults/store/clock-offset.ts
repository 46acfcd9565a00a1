import { readFileSync } from 'node:fs';

/**
 * Loaded before a process's own code (`--import`): its wall clock is wrong by as many milliseconds as the file says,
 * and jumps when that changes. The monotonic clock goes on, as on a machine whose time was set.
 */
const FILE = process.env.CLOCK_OFFSET_FILE ?? '';
const LOOKED_AT_EVERY_MS = 50;

const True = Date;
let offsetMs = read();
setInterval(() => (offsetMs = read()), LOOKED_AT_EVERY_MS).unref();

function read(): number {
  try {
    return Number(readFileSync(FILE, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

const now = (): number => True.now() + offsetMs;

globalThis.Date = new Proxy(True, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  apply: () => new True(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});
