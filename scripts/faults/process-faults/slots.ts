import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Step } from '../preload/steps.js';
import type { FaultWorld } from '../world/fault-world.js';
import type { Part } from '../world/part.js';

/** A worker told at which step the fault has struck it. */
export interface Struck {
  step: Step;
  /** The operation; or its site, with a dot behind it; null = nobody knows. */
  about: string | null;
  /** performance.now() */
  at: number;
}

/** Gives the worker the order, and waits until it has passed the step; null = it did not in time, and is not to any more. */
export function struckAt(worker: Part, order: Order, withinMs: number): Promise<Struck | null> {
  return new Promise((resolve) => {
    const done = (struck: Struck | null): void => {
      clearTimeout(timer);
      off();
      resolve(struck);
    };
    const off = worker.onLine((line) => {
      if (!line.startsWith('#step ')) return;
      const { step, about } = JSON.parse(line.slice('#step '.length)) as Omit<Struck, 'at'>;
      done({ step, about, at: performance.now() });
    });
    const timer = setTimeout(() => {
      worker.tell({ stepOrder: null });
      done(null);
    }, withinMs);
    void worker.end.then(() => setTimeout(() => done(null), 50));
    worker.tell({ stepOrder: order });
  });
}

/**
 * Keeps so many workers, each in a place of its own, and has `visit` strike them again and again until it says that there
 * has been enough. A worker that is gone afterwards is replaced by another one.
 */
export async function inSlots(
  world: FaultWorld,
  places: number,
  visit: (worker: Part, place: number) => Promise<'ON' | 'ENOUGH'>,
): Promise<void> {
  const slot = async (place: number): Promise<void> => {
    let worker = await world.startWorker();
    while ((await visit(worker, place)) === 'ON') {
      await sleep(0);
      if (!worker.alive) worker = await world.startWorker();
    }
    if (!worker.alive) await world.startWorker();
  };
  await Promise.all(Array.from({ length: places }, (_, place) => slot(place)));
}
