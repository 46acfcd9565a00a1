import { UpstreamHttp, type UpstreamRequest } from '../../../src/platform/http/upstream-http.js';
import { EXCHANGES, type ToldExchange } from '../../../src/platform/http/told-exchanges.js';
import { bareServer, closeServers, deadUrl, webServer } from '../support/listening.js';

const request: UpstreamRequest = { method: 'POST', path: '/v1/failover?token=secret', body: {} };
const PATIENT = 10_000;
const told: ToldExchange[] = [];
const keep = (message: unknown): void => void told.push(message as ToldExchange);

beforeEach(() => {
  told.length = 0;
  EXCHANGES.subscribe(keep);
});
afterEach(async () => {
  EXCHANGES.unsubscribe(keep);
  await closeServers();
});

describe('an exchange with an upstream is told', () => {
  it.each([200, 404, 503])('with its status, be it %d', async (status) => {
    const { url } = await webServer({ status, body: '{}' });
    await new UpstreamHttp({ baseUrl: url }).read({ method: 'GET', path: '/lists' });
    expect(told).toEqual([{ method: 'GET', end: 'ANSWERED', status, seconds: expect.any(Number) as number }]);
  });

  it('as one for which there was no connection', async () => {
    const http = new UpstreamHttp({ baseUrl: await deadUrl() });
    await expect(http.submit(request, () => undefined, PATIENT)).rejects.toThrow();
    expect(told).toMatchObject([{ method: 'POST', end: 'NO_CONNECTION', status: null }]);
  });

  it('as one that was not sent, when whoever asked changed their mind', async () => {
    const { url } = await webServer({ status: 200, body: '{}' });
    const changed = (): void => {
      throw new Error('too late');
    };
    await expect(new UpstreamHttp({ baseUrl: url }).submit(request, changed, PATIENT)).rejects.toThrow(
      'too late',
    );
    expect(told).toMatchObject([{ end: 'NOT_SENT' }]);
  });

  it('as broken, or as without an answer in time', async () => {
    const breaking = await bareServer('');
    await expect(
      new UpstreamHttp({ baseUrl: breaking.url }).submit(request, () => undefined, PATIENT),
    ).rejects.toThrow();
    const silent = await bareServer(null);
    await expect(
      new UpstreamHttp({ baseUrl: silent.url }).submit(request, () => undefined, 30),
    ).rejects.toThrow();
    expect(told.map(({ end }) => end)).toEqual(['BROKEN', 'NO_ANSWER_IN_TIME']);
  });

  it('without paths, headers or bodies', async () => {
    const { url } = await webServer({ status: 200, body: '{}' });
    await new UpstreamHttp({ baseUrl: url }).submit(request, () => undefined, PATIENT);
    expect(JSON.stringify(told)).not.toMatch(/failover|secret/);
  });
});
