import type { UpstreamHttp } from '../../../src/platform/http/upstream-http.js';
import { TransportError } from '../../../src/platform/http/transport-error.js';
import { inLane, type Lane } from '../../../src/providers/lanes.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { Provider } from '../../../src/providers/provider.js';
import { ReadBreaker } from '../../../src/providers/read-breaker.js';
import { readUpstream } from '../../../src/providers/upstream-exchange.js';
import { changed, memorySite } from '../support/memory-site.js';
import { command } from '../support/operation.js';
import { recordingLog } from '../support/recording-log.js';
import { TestClock } from '../support/test-clock.js';

const temporary = { retry: 'TEMPORARY' } as const;
const LATE = new ProviderError('TIMEOUT', 'The upstream did not answer in time.', temporary);
const DOWN = new ProviderError('UNAVAILABLE', 'The upstream cannot be reached.', temporary);
const FAULT = new ProviderError('UPSTREAM_FAULT', 'It failed.', { ...temporary, upstream: { status: 500 } });
const DAMAGED = new ProviderError('UPSTREAM_FAULT', 'The group is damaged.', { upstream: { status: 500 } });
const MISSING = new ProviderError('NOT_FOUND', 'There is no such thing.', { upstream: { status: 404 } });
const LIMITED = new ProviderError('RATE_LIMITED', 'Too much.', { ...temporary, upstream: { status: 429 } });
const HELD_BACK = new ProviderError('RATE_LIMITED', 'There is no place.', { ...temporary, heldBack: true });

/** Longer than the first pause, whatever chance made of it, and shorter than any. */
const FIRST_PAUSE_MS = 5_000;
const SHORT_OF_ANY_MS = 2_499;

class Site {
  readonly clock = new TestClock();
  readonly told = recordingLog();
  readonly breaker = new ReadBreaker({
    siteId: 'oslo',
    siteName: 'Oslo',
    clock: this.clock,
    readTimeoutMs: 15_000,
    log: this.told.log,
  });
  asked = 0;

  read(outcome: Error | 'yes' | Promise<string> = 'yes'): Promise<string> {
    return this.breaker.around(() => {
      this.asked += 1;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    });
  }

  async reads(outcome: Error, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) await expect(this.read(outcome)).rejects.toBe(outcome);
  }

  get state(): string {
    return this.breaker.view.state;
  }

  get lines(): unknown[] {
    return this.told.lines.map((line) => line[1]);
  }
}

/** What the driver makes of requests that ended so, one after the other. */
async function made(error: Error, ...ends: (number | 'NOTHING')[]): Promise<never> {
  for (const end of ends) {
    const http = {
      read: () =>
        end === 'NOTHING'
          ? Promise.reject(new TransportError('EXCHANGE', 'it broke'))
          : Promise.resolve({ status: end, headers: {}, text: '', json: undefined }),
    };
    await readUpstream(http as unknown as UpstreamHttp, { method: 'GET', path: '/' }).catch(() => undefined);
  }
  throw error;
}

async function silentSite(): Promise<Site> {
  const site = new Site();
  await site.reads(LATE, 5);
  expect(site.state).toBe('OPEN');
  return site;
}

/** A read that the test ends. */
function held(): { outcome: Promise<string>; come: () => void; fail: (error: Error) => void } {
  let come: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const outcome = new Promise<string>((resolve, reject) => {
    come = () => resolve('yes');
    fail = reject;
  });
  return { outcome, come, fail };
}

describe('the breaker of reads', () => {
  it.each([
    ['time-outs', LATE],
    ['connections that fail', DOWN],
    ['faults of the upstream', FAULT],
  ])('opens after five %s in a row, and then asks nothing and says when it will', async (_, silence) => {
    const site = new Site();
    await site.reads(silence, 4);
    expect(site.state).toBe('CLOSED');
    await site.reads(silence, 1);
    expect(site.state).toBe('OPEN');
    const refusal = await site.read().catch((error: unknown) => error as ProviderError);
    expect(refusal).toMatchObject({ kind: 'UNAVAILABLE', retry: 'TEMPORARY' });
    const { message, retryAfterMs } = refusal as ProviderError;
    expect(message).toMatch(
      /^Oslo has not answered of late, so it is not asked; it is asked again in [345] s\.$/,
    );
    expect(retryAfterMs).toBeGreaterThan(SHORT_OF_ANY_MS);
    expect(retryAfterMs).toBeLessThanOrEqual(FIRST_PAUSE_MS);
    expect(site.asked).toBe(5);
  });

  it.each([
    ['is missing', MISSING],
    ['was asked too often', LIMITED],
    ['is damaged', DAMAGED],
  ])('takes for an answer that something %s', async (_, answer) => {
    const site = new Site();
    for (let n = 0; n < 3; n += 1) {
      await site.reads(LATE, 4);
      await site.reads(answer, 1);
    }
    expect(site.state).toBe('CLOSED');
  });

  it.each([
    ['a list with gaps', DOWN],
    ['work that is not finished yet', LATE],
  ])('takes for an answer what the driver refuses to tell of %s', async (_, error) => {
    const site = new Site();
    for (let n = 0; n < 20; n += 1)
      await expect(site.breaker.around(() => made(error, 200, 200))).rejects.toBe(error);
    expect(site.state).toBe('CLOSED');
  });

  it.each([
    ['came', 'NOTHING'],
    ['could be given', 503],
  ] as const)('takes for a silence that in the end no answer %s', async (_, end) => {
    const site = new Site();
    for (let n = 0; n < 5; n += 1)
      await expect(site.breaker.around(() => made(DOWN, 200, end))).rejects.toBe(DOWN);
    expect(site.state).toBe('OPEN');
  });

  it('takes for a silence what somebody else waited for in vain, a log-in', async () => {
    const site = new Site();
    const login = new ProviderError('TIMEOUT', 'The upstream did not answer in time.', {
      ...temporary,
      cause: new TransportError('EXCHANGE', 'no answer in time', { timedOut: true }),
    });
    for (let n = 0; n < 5; n += 1)
      await expect(site.breaker.around(() => made(login, 200))).rejects.toBe(login);
    expect(site.state).toBe('OPEN');
  });

  it('counts anew when the site answers somebody who is never refused', async () => {
    const site = new Site();
    for (let n = 0; n < 3; n += 1) {
      await site.reads(LATE, 4);
      await expect(site.breaker.beside(() => Promise.reject(MISSING))).rejects.toBe(MISSING);
    }
    expect(site.state).toBe('CLOSED');
    await site.reads(LATE, 4);
    await expect(site.breaker.beside(() => Promise.reject(LATE))).rejects.toBe(LATE);
    expect(site.state).toBe('CLOSED');
    await site.reads(LATE, 1);
    expect(site.state).toBe('OPEN');
  });

  it('takes no refusal of our own budget for an answer, nor for a silence', async () => {
    const site = new Site();
    await site.reads(HELD_BACK, 20);
    expect(site.state).toBe('CLOSED');
    await site.reads(LATE, 4);
    await site.reads(HELD_BACK, 1);
    await site.reads(LATE, 1);
    expect(site.state).toBe('OPEN');
  });

  it('lets one read find out after the pause, sends the others away meanwhile, and closes when it is answered', async () => {
    const site = await silentSite();
    site.clock.advance(SHORT_OF_ANY_MS);
    await expect(site.read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    site.clock.advance(FIRST_PAUSE_MS);
    const { outcome, come } = held();
    const probe = site.read(outcome);
    expect(site.state).toBe('HALF_OPEN');
    await expect(site.read()).rejects.toMatchObject({ kind: 'UNAVAILABLE', retryAfterMs: 2_000 });
    expect(site.asked).toBe(6);
    come();
    await expect(probe).resolves.toBe('yes');
    expect(site.state).toBe('CLOSED');
    await expect(site.read()).resolves.toBe('yes');
  });

  it('leaves the site in peace for longer each time that it stays silent, up to half a minute', async () => {
    const site = await silentSite();
    const pauses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      pauses.push(site.breaker.view.probeInMs ?? 0);
      site.clock.advance(30_000);
      await site.reads(LATE, 1);
    }
    for (const [n, most] of [5_000, 10_000, 20_000, 30_000, 30_000, 30_000].entries()) {
      expect(pauses[n]).toBeGreaterThanOrEqual(most / 2);
      expect(pauses[n]).toBeLessThanOrEqual(most);
    }
    await expect(site.read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });

  it('begins with a short pause again once the site was heard', async () => {
    const site = await silentSite();
    for (let n = 0; n < 4; n += 1) {
      site.clock.advance(30_000);
      await site.reads(LATE, 1);
    }
    site.clock.advance(30_000);
    await site.read();
    await site.reads(LATE, 5);
    expect(site.breaker.view.probeInMs).toBeLessThanOrEqual(FIRST_PAUSE_MS);
  });

  it('lets the next read find out when our own budget did not let the first one through, and makes no pause longer for it', async () => {
    const site = await silentSite();
    site.clock.advance(FIRST_PAUSE_MS);
    for (let n = 0; n < 6; n += 1) {
      await site.reads(HELD_BACK, 1);
      expect(site.breaker.view).toEqual({ state: 'OPEN', probeInMs: 0 });
    }
    await site.reads(LATE, 1);
    expect(site.breaker.view.probeInMs).toBeLessThanOrEqual(2 * FIRST_PAUSE_MS);
    site.clock.advance(2 * FIRST_PAUSE_MS);
    await site.read();
    expect(site.state).toBe('CLOSED');
  });

  it('gives up a read that should find out and never ends', async () => {
    const site = await silentSite();
    site.clock.advance(FIRST_PAUSE_MS);
    const probe = site.read(new Promise<string>(() => undefined));
    site.clock.advance(19_999);
    await expect(site.read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    expect(site.state).toBe('HALF_OPEN');
    site.clock.advance(1);
    await expect(site.read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    await expect(probe).rejects.toMatchObject({ kind: 'TIMEOUT' });
    expect(site.state).toBe('OPEN');
    site.clock.advance(2 * FIRST_PAUSE_MS);
    await expect(site.read()).resolves.toBe('yes');
    expect(site.state).toBe('CLOSED');
  });

  it('lets the next read find out at once when the site was heard by somebody else', async () => {
    const site = await silentSite();
    await site.breaker.beside(() => Promise.resolve('yes'));
    await expect(site.read()).resolves.toBe('yes');
    expect(site.state).toBe('CLOSED');
  });

  it('lets the next read find out when one that was begun before is answered after all, and takes its failure for nothing new', async () => {
    const site = new Site();
    const [good, bad] = [held(), held()];
    const [late, failing] = [site.read(good.outcome), site.read(bad.outcome)];
    await site.reads(LATE, 5);
    site.clock.advance(FIRST_PAUSE_MS);
    const probe = held();
    const probing = site.read(probe.outcome);
    bad.fail(LATE);
    await expect(failing).rejects.toBe(LATE);
    expect(site.state).toBe('HALF_OPEN');
    probe.fail(LATE);
    await expect(probing).rejects.toBe(LATE);
    expect(site.state).toBe('OPEN');
    good.come();
    await expect(late).resolves.toBe('yes');
    await expect(site.read()).resolves.toBe('yes');
    expect(site.state).toBe('CLOSED');
  });

  it('tells of it once when it opens and once when it closes, however often it was tried', async () => {
    const site = await silentSite();
    for (let n = 0; n < 5; n += 1) {
      site.clock.advance(30_000);
      await site.reads(LATE, 1);
    }
    site.clock.advance(30_000);
    await site.read();
    expect(site.lines).toEqual([
      'Oslo says nothing: it is read no more, but for a try now and then',
      'Oslo answers again: it is read as before',
    ]);
  });
});

describe('a site that has said nothing to those who read', () => {
  const clock = new TestClock();
  let isSilent = true;
  const asked: string[] = [];
  function silent(): Provider {
    let whole: ProviderDriver | undefined;
    const { siteId } = memorySite(clock, (driver) => (whole = driver));
    if (!whole) throw new Error('there is no driver');
    const driver = whole;
    const saying =
      <K extends 'survey' | 'listProtectionGroups' | 'prepare' | 'observe' | 'findStarted' | 'start'>(
        name: K,
      ) =>
      (...given: unknown[]): Promise<never> => {
        asked.push(name);
        if (isSilent) return Promise.reject(LATE);
        return (driver[name] as (...given: unknown[]) => Promise<never>).apply(driver, given);
      };
    const names = ['survey', 'listProtectionGroups', 'prepare', 'observe', 'findStarted', 'start'] as const;
    const changes = Object.fromEntries(names.map((name) => [name, saying(name)]));
    return new Provider(changed(driver, changes), {
      siteId,
      siteName: 'Oslo',
      readTimeoutMs: 15_000,
      clock,
    });
  }

  it('is asked all the same by whoever acts, would know what may be done, or watches, and whoever hears it lets the others try', async () => {
    const provider = silent();
    const groups = (lane: Lane): Promise<unknown> => inLane(lane, () => provider.listProtectionGroups());
    for (let n = 0; n < 5; n += 1) await expect(provider.survey()).rejects.toBe(LATE);
    expect(provider.breakerView.state).toBe('OPEN');

    asked.length = 0;
    for (const lane of ['REFRESH', 'OVERDUE', 'INTERACTIVE'] as const) {
      await expect(groups(lane)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    }
    await expect(provider.survey()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    expect(asked).toEqual([]);

    const gate = { open: () => undefined };
    const call = { name: 'failover', method: 'POST', path: '/', body: {} } as never;
    await expect(provider.judging(() => provider.prepare(command(), 'op'))).rejects.toBe(LATE);
    await expect(provider.prepare(command(), 'op')).rejects.toBe(LATE);
    await expect(provider.prepare(command({ action: 'START_DRILL' }), 'op')).rejects.toBe(LATE);
    await expect(provider.observe([])).rejects.toBe(LATE);
    await expect(provider.findStarted({} as never)).rejects.toBe(LATE);
    await expect(provider.start(call, gate)).rejects.toMatchObject({ kind: 'TIMEOUT' });
    for (const lane of ['WATCH', 'ACTION', 'EMERGENCY'] as const)
      await expect(groups(lane)).rejects.toBe(LATE);
    expect(asked).toHaveLength(9);
    expect(provider.breakerView.state).toBe('OPEN');

    isSilent = false;
    await provider.observe([]);
    await expect(groups('INTERACTIVE')).resolves.toEqual(expect.any(Array));
    expect(provider.breakerView.state).toBe('CLOSED');
  });
});
