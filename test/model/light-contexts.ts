import { promiseHooks } from 'node:v8';

type Frame = ReadonlyMap<object, unknown>;

/** Where a promise keeps what was current when it was made. */
const FRAME = Symbol('frame');
let current: Frame | undefined;
let isHooked = false;

/**
 * `AsyncLocalStorage` for a process that waits for nothing but promises: all storages share one frame, so that a promise
 * costs one note, where Node 20 makes a resource with an id of each and asks every storage. What it does not do: go on
 * through timers, events and callbacks, which the model plays itself (`SimProcess.goOn`).
 */
export class LightStorage<T> {
  run<R, A extends unknown[]>(store: T, work: (...args: A) => R, ...args: A): R {
    hook();
    const before = current;
    current = new Map(before).set(this, store);
    try {
      return work(...args);
    } finally {
      current = before;
    }
  }

  getStore(): T | undefined {
    return current?.get(this) as T | undefined;
  }
}

/** What follows an await finds the frame of the promise that it goes on with. */
function hook(): void {
  if (isHooked) return;
  isHooked = true;
  promiseHooks.createHook({
    init: (promise) => {
      if (current) (promise as unknown as Record<symbol, unknown>)[FRAME] = current;
    },
    before: (promise) => {
      current = (promise as unknown as Record<symbol, Frame | undefined>)[FRAME];
    },
    after: () => {
      current = undefined;
    },
  });
}
