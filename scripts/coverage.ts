import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One operation of an upstream's reference. Exactly one of `ours`, `inside` and `not` is there. */
export interface Covered {
  /** Method and path, with the reference's own names of parameters. */
  call: string;
  /** Where one route has several operations: the one that the body names. */
  word?: string;
  purpose: string;
  /** Where it is on our surface: methods and paths. */
  ours?: string[];
  /** What the gateway uses it for itself. */
  inside?: string;
  /** Why it is not ours. */
  not?: string;
}

export const COVERED_UPSTREAMS = {
  sdrs: 'Storage Disaster Recovery Service, API v1',
  srm: 'VMware Site Recovery Manager, REST API v2, and what Live Site Recovery 9 added',
} as const;
export type CoveredUpstream = keyof typeof COVERED_UPSTREAMS;

/** In the order of the reference. */
export function coverageOf(upstream: CoveredUpstream): Covered[] {
  const file = new URL(`../../scripts/upstreams/${upstream}.yaml`, import.meta.url);
  return parse(readFileSync(file, 'utf8')) as Covered[];
}
