import { inspect } from 'node:util';
import { publicId } from '../../src/domain/ids.js';
import { PROBLEMS } from '../../src/domain/problem-kinds.js';
import type { UpstreamCall } from '../../src/domain/action-command.js';
import type { ProviderDriver } from '../../src/providers/provider-driver.js';
import { PROVIDER_ERROR_KINDS, ProviderError } from '../../src/providers/provider-error.js';
import { providerProblem } from '../../src/providers/provider-problem.js';
import { Provider } from '../../src/providers/provider.js';
import { KEY, SimulatedSite } from '../providers/sdrs/simulated-site.js';
import { SimulatedAppliance } from '../providers/srm/simulated-appliance.js';
import { SocketLedger } from '../support/socket-ledger.js';
import { EVIL_ANSWERS, type Evil } from './evil-answers.js';
import { EvilFront } from './evil-front.js';

const PATIENCE_MS = 1_500;
const AN_HOUR_MS = 3_600_000;
const MOST_GROWTH_MB = 250;
const SECRETS = [KEY.secretKey, KEY.accessKey, 'demo-password', 'demo-remote-password', 'not-yours'];
/** Control characters, and what turns or hides text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

interface Subject {
  front: EvilFront;
  /** One that knows nothing of what was answered before, such as to be left alone for an hour. */
  driver(): ProviderDriver;
  call: UpstreamCall;
  /** Of the site behind the front, to which log-ins are handed on. */
  port: number;
  /** What it really did. */
  executions: () => number;
  logged: () => string;
  close(): Promise<void>;
}

const SUBJECTS: Readonly<Record<string, () => Promise<Subject>>> = {
  sdrs: async () => {
    const site = await SimulatedSite.open();
    const front = await EvilFront.before(site.running.url, () => false);
    return {
      front,
      driver: () => site.driver({ type: 'signature', ...KEY }, 0, { url: front.url }),
      call: site.action('shop-dr', { 'start-server-group': {} }),
      port: Number(new URL(site.running.url).port),
      executions: () => site.sim.journal.executions().length,
      logged: () => site.logged,
      close: () => site.close(),
    };
  },
  srm: async () => {
    const site = await SimulatedAppliance.open();
    const isLogin = (path: string): boolean => /\/(session|remote-session|pairings(\/[^/]+)?)$/.test(path);
    const front = await EvilFront.before(site.running.url, isLogin);
    return {
      front,
      driver: () => site.driver({}, { endpoint: `${front.url}/api/rest/srm/v2` }),
      call: site.run('erp-plan', 'test', { sync_data: true }),
      port: Number(new URL(site.running.url).port),
      executions: () => site.sim.journal.executions().length,
      logged: () => site.logged,
      close: () => site.close(),
    };
  },
};

describe('evil answers', () => {
  it('are of at least fifty kinds', () => {
    expect(Object.keys(EVIL_ANSWERS).length).toBeGreaterThanOrEqual(50);
  });
});

describe.each(Object.entries(SUBJECTS))('an upstream of %s that answers with', (name, make) => {
  let subject: Subject;
  let driver: ProviderDriver;
  let provider: Provider;
  let ledger: SocketLedger;
  let before = 0;
  beforeAll(async () => {
    subject = await make();
    before = process.memoryUsage().rss;
  });
  beforeEach(async () => {
    subject.front.isEvil = false;
    driver = subject.driver();
    // Logged in: what follows is about answers to those who are.
    await driver.check({ signal: AbortSignal.timeout(30_000) });
    subject.front.isEvil = true;
    subject.front.asked.length = 0;
    provider = new Provider(driver, { siteId: name, siteName: name, readTimeoutMs: PATIENCE_MS });
    ledger = SocketLedger.open();
  });
  afterEach(() => {
    ledger.close();
    subject.front.hangUp();
  });
  afterAll(async () => {
    await subject.close();
    await subject.front.close();
  });

  const CASES = Object.entries(EVIL_ANSWERS).map(([what, evil]) => ({ what, evil }));

  function expectClear(error: unknown): void {
    expect(error).toBeInstanceOf(ProviderError);
    const told = error as ProviderError;
    expect(PROVIDER_ERROR_KINDS).toContain(told.kind);
    const problem = providerProblem(told, provider);
    expect(Object.keys(PROBLEMS)).toContain(problem.code);
    expect(told.retryAfterMs ?? 0).toBeLessThanOrEqual(AN_HOUR_MS);
    expect(problem.detail).toMatch(/^\S.{5,600}$/);
    for (const text of strings({ ...told, message: told.message, problem })) {
      expect(text).not.toMatch(UNSEEN);
      expect(text.length).toBeLessThanOrEqual(700);
    }
  }

  function expectHarmless(): void {
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    // Only this site was asked, wherever it pointed.
    const others = ledger.asked.filter(({ port }) => ![subject.front.port, subject.port].includes(port));
    expect(others).toEqual([]);
    expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(MOST_GROWTH_MB);
  }

  async function ended(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => null,
      (error: unknown) => error,
    );
  }

  it.each(CASES)('$what is told as a problem when it is read', async ({ evil }: { evil: Evil }) => {
    subject.front.evil = evil;
    const errors = await Promise.all(
      [
        provider.survey(),
        provider.getProtectionGroup(publicId(name, 'a')),
        provider.listProtectionGroups(),
      ].map(ended),
    );
    expect(subject.front.asked.length).toBeGreaterThan(0);
    for (const error of errors) if (error !== null) expectClear(error);
    expectHarmless();
  });

  it.each(CASES)('$what to a change is no acceptance, and the change is sent once', async ({ evil }) => {
    subject.front.evil = evil;
    const begun = performance.now();
    const error = await ended(
      driver.start(subject.call, { open: () => undefined }, { signal: AbortSignal.timeout(PATIENCE_MS) }),
    );
    expectClear(error);
    const { delivery } = error as ProviderError;
    expect(['AMBIGUOUS', 'REFUSED', 'NOT_SENT']).toContain(delivery);
    const changes = subject.front.asked.filter((asked) => !asked.startsWith('GET '));
    expect(changes.length).toBe(delivery === 'NOT_SENT' ? 0 : 1);
    expect(subject.executions()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(PATIENCE_MS + 30_000);
    expectHarmless();
  });

  it('is written to a log in single lines, without a secret', () => {
    const lines = subject
      .logged()
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(SECRETS.filter((secret) => subject.logged().includes(secret))).toEqual([]);
    expect(lines.some((line) => (JSON.parse(line) as { msg?: string }).msg === 'forged')).toBe(false);
  });

  it('our own credentials shows none of them', async () => {
    subject.front.evil = EVIL_ANSWERS['our own credentials'] as Evil;
    for (const error of [
      await ended(provider.survey()),
      await ended(
        driver.start(subject.call, { open: () => undefined }, { signal: AbortSignal.timeout(PATIENCE_MS) }),
      ),
    ]) {
      expectClear(error);
      const shown = inspect(error, { depth: 9 });
      for (const secret of [...SECRETS, 'Signature=', 'Basic ']) expect(shown).not.toContain(secret);
    }
  });
});

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(strings);
}
