import asyncHooks from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import {
  UpstreamHttp,
  type UpstreamRequest,
  type UpstreamResponse,
} from '../../src/platform/http/upstream-http.js';
import { Clock } from '../../src/platform/clock.js';
import type { Chance } from './chance.js';
import { LightStorage } from './light-contexts.js';
import type { SimProcess } from './sim-process.js';
import { BEGINNING, type Timeline } from './timeline.js';

/** Whose code is running, and for which operation: what the product itself has no reason to tell. */
export interface Context {
  process: SimProcess;
  operationId: string | null;
}

/** What the gate of a submission is, however the product hands it over. */
export interface Gate {
  confirm?: (() => Promise<void>) | undefined;
  open(): void;
}

/** What the product finds where its machine would be. */
export interface Machine {
  timeline: Timeline;
  chance: Chance;
  read(host: string, request: UpstreamRequest, context: Context): Promise<UpstreamResponse>;
  submit(
    host: string,
    request: UpstreamRequest,
    gate: Gate,
    timeoutMs: number,
    context: Context,
  ): Promise<UpstreamResponse>;
}

let machine: Machine | null = null;
const contexts = new LightStorage<Context>();

export function useMachine(of: Machine): void {
  machine = of;
}

export function inContext<T>(context: Context, work: () => T): T {
  return contexts.run(context, work);
}

/** Time of the run; a process that was frozen finds that it has passed. */
export class SimClock extends Clock {
  constructor(
    private readonly timeline: Timeline,
    /** How far the wall clock is from the true time. */
    private readonly skewMs = 0,
  ) {
    super();
  }

  now(): number {
    return Math.floor(this.timeline.now + this.skewMs);
  }

  monotonic(): number {
    return this.timeline.now - BEGINNING;
  }
}

/**
 * Takes time, chance and the network away from everything in this process, and gives those of the run instead. Nothing
 * of the product is changed: only what lies under it. For a process that does nothing else.
 */
export function installMachine(): void {
  const wire = UpstreamHttp.prototype as unknown as {
    read: (request: UpstreamRequest) => Promise<UpstreamResponse>;
    submit: (
      request: UpstreamRequest,
      open: () => void,
      timeoutMs: number,
      confirm?: () => Promise<void>,
    ) => Promise<UpstreamResponse>;
  };
  wire.read = function (this: { baseUrl: URL }, request) {
    return running().read(this.baseUrl.host, request, contextNow());
  };
  wire.submit = function (this: { baseUrl: URL }, request, open, timeoutMs, confirm) {
    return running().submit(this.baseUrl.host, request, { open, confirm }, timeoutMs, contextNow());
  };
  Object.assign(asyncHooks, { AsyncLocalStorage: LightStorage });
  performance.now = () => (machine?.timeline.now ?? BEGINNING) - BEGINNING;
  Object.assign(crypto, {
    randomUUID: () => {
      const bytes = new Uint8Array(16);
      running().chance.fill(bytes);
      return Buffer.from(bytes).toString('hex');
    },
  });
  Date.now = () => Math.floor(machine?.timeline.now ?? BEGINNING);
  Object.defineProperty(AbortSignal, 'timeout', { value: (ms: number) => virtualTimeout(ms) });
  Object.assign(timers, {
    setTimeout: async <T>(ms: number, value?: T): Promise<T | undefined> => {
      await contextNow().process.sleep(ms);
      return value;
    },
  });
  syncBuiltinESMExports();
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms: number) => {
      const context = contexts.getStore();
      if (!context) return realSet(run, ms);
      const timer: VirtualTimer = { isVirtual: true, run, unref: () => timer };
      running().timeline.after(ms, () => context.process.goOn(() => timer.run?.()));
      return timer;
    },
    clearTimeout: (timer?: VirtualTimer | NodeJS.Timeout) => {
      if (timer && 'isVirtual' in timer) timer.run = null;
      else realClear(timer);
    },
  });
  Object.defineProperty(globalThis.crypto, 'getRandomValues', {
    value: (bytes: Uint8Array) => {
      running().chance.fill(bytes);
      return bytes;
    },
  });
}

interface VirtualTimer {
  isVirtual: true;
  unref(): VirtualTimer;
  run: (() => void) | null;
}

const TOO_LATE = new DOMException('Too late.', 'TimeoutError');

function virtualTimeout(ms: number): AbortSignal {
  const controller = new AbortController();
  const context = contexts.getStore();
  running().timeline.after(ms, () => {
    // Nobody listens any more where nothing is waited for.
    if (context && context.process.reads > 0) context.process.goOn(() => controller.abort(TOO_LATE));
  });
  return controller.signal;
}

function running(): Machine {
  if (!machine) throw new Error('no machine is in use');
  return machine;
}

function contextNow(): Context {
  const context = contexts.getStore();
  if (!context) throw new Error('code of the product runs in no process');
  return context;
}
