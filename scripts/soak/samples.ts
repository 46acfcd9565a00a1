import { loadavg } from 'node:os';
import type { Gateway } from '../faults/world/gateway.js';
import type { StoreSample } from './store-sample.js';

/** One process of the gateway, as `/metrics` tells it. */
export interface ProcessSample {
  rssBytes: number;
  /** The least of the minute: what is left after the collections. */
  heapUsedBytes: number;
  externalBytes: number;
  activeHandles: number;
  openFiles: number;
  /** The most of the minute. */
  loopDelayP99Ms: number;
  cpuSeconds: number;
}

/** A minute of the soak. */
export interface Minute {
  /** Since the load began. */
  minutes: number;
  at: string;
  /** Load average of the machine over one minute. */
  load: number;
  processes: Record<string, ProcessSample>;
  store: StoreSample;
  /** Counts since the load began, by word. */
  work: Record<string, number>;
}

const FIGURES: Readonly<Record<keyof ProcessSample, readonly [metric: string, factor: number]>> = {
  rssBytes: ['process_resident_memory_bytes', 1],
  heapUsedBytes: ['nodejs_heap_size_used_bytes', 1],
  externalBytes: ['nodejs_external_memory_bytes', 1],
  activeHandles: ['nodejs_active_handles_total', 1],
  openFiles: ['process_open_fds', 1],
  loopDelayP99Ms: ['nodejs_eventloop_lag_p99_seconds', 1_000],
  cpuSeconds: ['process_cpu_seconds_total', 1],
};

/** Null = it did not answer. */
export async function sampleProcess(gateway: Gateway): Promise<ProcessSample | null> {
  const { status, body } = await gateway.ask('GET', '/metrics');
  if (status !== 200) return null;
  const value = (name: keyof ProcessSample): number => {
    const [metric, factor] = FIGURES[name];
    return Number(new RegExp(`^${metric} (\\S+)`, 'm').exec(String(body))?.[1] ?? NaN) * factor;
  };
  return {
    rssBytes: value('rssBytes'),
    heapUsedBytes: value('heapUsedBytes'),
    externalBytes: value('externalBytes'),
    activeHandles: value('activeHandles'),
    openFiles: value('openFiles'),
    loopDelayP99Ms: value('loopDelayP99Ms'),
    cpuSeconds: value('cpuSeconds'),
  };
}

/** Several looks of a minute as one. */
export function together(samples: readonly ProcessSample[]): ProcessSample | null {
  const last = samples.at(-1);
  if (!last) return null;
  return {
    ...last,
    heapUsedBytes: Math.min(...samples.map(({ heapUsedBytes }) => heapUsedBytes)),
    loopDelayP99Ms: Math.max(...samples.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
  };
}

export function loadOfMachine(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}
