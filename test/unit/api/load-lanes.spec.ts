import { isStream, laneOf } from '../../../src/api/http/load-lanes.js';

const asked = (method: string, url: string, prefer?: string): Parameters<typeof laneOf>[0] => ({
  method,
  url,
  headers: prefer === undefined ? {} : { prefer },
});

describe('the lane of a request', () => {
  it.each([
    ['POST', '/v1/recovery-plans/eu.p-1/actions/failover', 'EMERGENCY'],
    ['POST', '/v1/recovery-plans/eu.p-1/actions/planned-failover/', 'EMERGENCY'],
    ['POST', '/v1/operations/eu.o-1/cancel?x=1', 'EMERGENCY'],
    ['POST', '/v1/operations/eu.o-1/input', 'EMERGENCY'],
    ['POST', '/v1/operations/eu.o-1/resolution', 'EMERGENCY'],
    ['POST', '/v1/recovery-plans/eu.p-1/actions/reprotect', 'CHANGE'],
    ['POST', '/v1/recovery-plans/a/b/actions/failover', 'CHANGE'],
    ['DELETE', '/v1/protection-groups/eu.g-1', 'CHANGE'],
    ['PATCH', '/v1/operations/eu.o-1/cancel-not', 'CHANGE'],
    ['GET', '/v1/recovery-plans/eu.p-1/actions/failover', 'READ'],
    ['GET', '/v1/operations?state=RUNNING', 'READ'],
    ['OPTIONS', '/v1/operations/eu.o-1/cancel', 'READ'],
    ['GET', '/nothing/that/is', 'READ'],
    ['POST', '/livez-not', 'CHANGE'],
  ])('%s %s: %s', (method, url, lane) => {
    expect(laneOf(asked(method, url))).toBe(lane);
  });

  it.each(['/livez', '/readyz', '/metrics', '/readyz?verbose'])(
    'is none for %s, which is always answered',
    (url) => {
      expect(laneOf(asked('GET', url))).toBeNull();
    },
  );

  it('is that of waiting only for one operation, and only if it is asked for', () => {
    expect(laneOf(asked('GET', '/v1/operations/eu.o-1', 'wait=10'))).toBe('WAIT');
    expect(laneOf(asked('GET', '/v1/operations/eu.o-1'))).toBe('READ');
    expect(laneOf(asked('GET', '/v1/operations/eu.o-1/timeline', 'wait=10'))).toBe('READ');
    expect(laneOf(asked('GET', '/v1/operations', 'wait=10'))).toBe('READ');
  });

  it('knows a stream of events by its path', () => {
    const urls = [
      '/v1/events',
      '/v1/events/?siteId=eu',
      '/v1/operations/eu.o-1/events',
      '/v1/operations/events-1',
      '/v1',
    ];
    expect(urls.map((url) => isStream(asked('GET', url)))).toEqual([true, true, true, false, false]);
  });
});
