import type { IncomingHttpHeaders } from 'node:http';
import { waitSeconds } from './prefer.js';

/** What settles a disaster, what else changes something, what is read, and what waits for news. Each has places of its own. */
export type LoadLane = 'EMERGENCY' | 'CHANGE' | 'READ' | 'WAIT';

export interface LoadLimits {
  /** Requests that are answered at a time. */
  inFlight: Readonly<Record<LoadLane, number>>;
  /** Milliseconds by which the process may be late with everything before the lane is turned away. */
  lateMs: Readonly<Record<LoadLane, number>>;
}

/** @param reads how many reads are answered at a time; the other lanes go by it */
export function loadLimits(reads: number): LoadLimits {
  const half = Math.ceil(reads / 2);
  return {
    inFlight: { EMERGENCY: half, CHANGE: half, READ: reads, WAIT: reads * 10 },
    lateMs: { EMERGENCY: 10_000, CHANGE: 2_000, READ: 750, WAIT: 750 },
  };
}

/** What of a request says how urgent it is, before anything was done for it. */
export interface Asked {
  method?: string;
  url?: string;
  headers: IncomingHttpHeaders;
}

const EMERGENCY =
  /^\/v1\/(?:recovery-plans\/[^/]+\/actions\/(?:failover|planned-failover)|operations\/[^/]+\/(?:cancel|input|resolution))$/;
/** Asked by machines to find out how the process does: no answer would be taken for its death. */
const ALWAYS = /^\/(?:livez|readyz|metrics)$/;
/** The one path that is answered later if it is asked to. */
const WAITS = /^\/v1\/operations\/[^/]+$/;
const STREAM = /\/events$/;
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** null = always answered. */
export function laneOf({ method = '', url = '', headers }: Asked): LoadLane | null {
  const path = pathOf(url);
  if (ALWAYS.test(path)) return null;
  // A browser asks whether it may ask: that is as urgent as what it would ask.
  const meant = method === 'OPTIONS' ? (headers['access-control-request-method'] ?? method) : method;
  if (!READING.has(meant)) return EMERGENCY.test(path) ? 'EMERGENCY' : 'CHANGE';
  return WAITS.test(path) && waitSeconds(String(headers.prefer ?? '')) > 0 ? 'WAIT' : 'READ';
}

/** Answered for as long as somebody listens: bounded where it is held. */
export function isStream({ url = '' }: Asked): boolean {
  return STREAM.test(pathOf(url));
}

function pathOf(url: string): string {
  const path = url.split('?')[0] ?? '';
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
