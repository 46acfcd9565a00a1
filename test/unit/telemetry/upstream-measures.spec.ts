import { EXCHANGES, type ToldExchange } from '../../../src/platform/http/told-exchanges.js';
import { Metrics } from '../../../src/platform/metrics.js';
import { askingSite } from '../../../src/providers/asked-site.js';
import { inLane } from '../../../src/providers/lanes.js';
import { measureUpstreams } from '../../../src/telemetry/upstream-measures.js';
import { Scrape } from '../../support/prometheus.js';

const asked = (end: ToldExchange['end'], status: number | null): void =>
  EXCHANGES.publish({ method: 'GET', end, status, seconds: 0.2 } satisfies ToldExchange);

describe('a request to an upstream', () => {
  it('is counted by whose it is, its lane, and what came of it', async () => {
    const metrics = new Metrics();
    const end = measureUpstreams(metrics);
    const site = { siteId: 'alpha', provider: 'sdrs' };
    askingSite(site, () => inLane('WATCH', () => asked('ANSWERED', 204)));
    askingSite(site, () => inLane('WATCH', () => asked('ANSWERED', 429)));
    askingSite(site, () => inLane('SEND', () => asked('NO_CONNECTION', null)));
    asked('ANSWERED', 200);
    end();
    asked('ANSWERED', 200);
    const scrape = new Scrape(await metrics.text());
    const counts = scrape.values.filter(
      ({ name }) => name === 'drgw_upstream_request_duration_seconds_count',
    );
    expect(counts.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { provider: 'sdrs', lane: 'WATCH', result: '2xx', value: 1 },
      { provider: 'sdrs', lane: 'WATCH', result: '4xx', value: 1 },
      { provider: 'sdrs', lane: 'SEND', result: 'NO_CONNECTION', value: 1 },
      { provider: 'none', lane: 'INTERACTIVE', result: '2xx', value: 1 },
    ]);
  });
});
