import { EXCHANGES, type ToldExchange } from '../platform/http/told-exchanges.js';
import type { Metrics } from '../platform/metrics.js';
import { siteAskedNow } from '../providers/asked-site.js';
import { laneNow } from '../providers/lanes.js';

const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every request to an upstream, by whose it was and what came of it. The returned function ends that. */
export function measureUpstreams(metrics: Metrics): () => void {
  const duration = metrics.histogram(
    {
      name: 'drgw_upstream_request_duration_seconds',
      help: 'Time of requests to upstreams, with the connection where one had to be made; result: 2xx … 5xx, or why there was no answer.',
      labelNames: ['provider', 'lane', 'result'],
    },
    DURATIONS,
  );
  const note = (message: unknown): void => {
    const { end, status, seconds } = message as ToldExchange;
    const result = status === null ? end : `${Math.floor(status / 100)}xx`;
    duration({ provider: siteAskedNow()?.provider ?? 'none', lane: laneNow(), result }, seconds);
  };
  EXCHANGES.subscribe(note);
  return () => EXCHANGES.unsubscribe(note);
}
