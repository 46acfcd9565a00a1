import { publicId } from '../../../src/domain/ids.js';
import { inLane } from '../../../src/providers/lanes.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { providerProblem } from '../../../src/providers/provider-problem.js';
import { Provider } from '../../../src/providers/provider.js';
import { QuestionsOut } from '../../../src/providers/questions-out.js';
import { memorySite } from '../support/memory-site.js';
import { command } from '../support/operation.js';
import { TestClock } from '../support/test-clock.js';

const LATE = new ProviderError('TIMEOUT', 'The upstream did not answer in time.', { retry: 'TEMPORARY' });

/** A site that says nothing until the test has it say something. */
class Site {
  readonly clock = new TestClock();
  readonly questions = new QuestionsOut('Oslo', this.clock);
  readonly answers: { come: () => void; fail: (error: Error) => void }[] = [];

  ask(): Promise<string> {
    return this.questions.ask(
      () =>
        new Promise<string>((resolve, reject) =>
          this.answers.push({ come: () => resolve('yes'), fail: reject }),
        ),
    );
  }

  /** Asked by so many, none of whom the test waits for. */
  crowd(size: number): Promise<string>[] {
    return Array.from({ length: size }, () => {
      const asked = this.ask();
      asked.catch(() => undefined);
      return asked;
    });
  }
}

it('lets any number ask a site that answers', async () => {
  const site = new Site();
  const asked = site.crowd(500);
  site.clock.advance(1_999);
  asked.push(...site.crowd(1));
  for (const { come } of site.answers) come();
  await expect(Promise.all(asked)).resolves.toHaveLength(501);
});

it('lets no more wait for one that says nothing, and asks nothing for them', async () => {
  const site = new Site();
  void site.crowd(32);
  site.clock.advance(2_000);
  await expect(site.ask()).rejects.toMatchObject({
    kind: 'RATE_LIMITED',
    retry: 'TEMPORARY',
    retryAfterMs: 2_000,
    message: 'Oslo has said nothing for 2 s, and 32 questions wait for it already.',
  });
  expect(site.answers).toHaveLength(32);
});

it('lets a few wait for one that says nothing: somebody must notice when it speaks again', async () => {
  const site = new Site();
  void site.crowd(31);
  site.clock.advance(60_000);
  const asked = site.ask();
  site.answers.at(-1)?.come();
  await expect(asked).resolves.toBe('yes');
});

it('asks again as soon as one of them is answered, be it with a refusal', async () => {
  const site = new Site();
  const [first, second] = site.crowd(40);
  site.clock.advance(5_000);
  await expect(site.ask()).rejects.toMatchObject({ kind: 'RATE_LIMITED' });
  site.answers[0]?.fail(new ProviderError('NOT_FOUND', 'There is no such thing.'));
  await expect(first).rejects.toMatchObject({ kind: 'NOT_FOUND' });
  const next = site.ask();
  site.answers.at(-1)?.come();
  await expect(next).resolves.toBe('yes');
  site.answers[1]?.come();
  await expect(second).resolves.toBe('yes');
});

it('takes no time-out for an answer, and lets others in for those who have given up', async () => {
  const site = new Site();
  const asked = site.crowd(33);
  site.clock.advance(15_000);
  for (const { fail } of site.answers.slice(0, 1)) fail(LATE);
  await expect(asked[0]).rejects.toBe(LATE);
  await expect(site.ask()).rejects.toMatchObject({ kind: 'RATE_LIMITED' });
  for (const { fail } of site.answers.slice(1, 2)) fail(LATE);
  await expect(asked[1]).rejects.toBe(LATE);
  void site.crowd(1);
  expect(site.answers).toHaveLength(34);
});

it('does not hold it against a site that nobody has asked it anything for long', async () => {
  const site = new Site();
  site.clock.advance(600_000);
  const asked = site.crowd(40);
  for (const { come } of site.answers) come();
  await expect(Promise.all(asked)).resolves.toHaveLength(40);
});

it('keeps nobody from acting, watching or refreshing that many read, and says that as a 503', async () => {
  const clock = new TestClock();
  const never = new Promise<never>(() => undefined);
  const { provider: site, siteId } = memorySite(clock);
  const { descriptor } = site;
  const silent = { descriptor, getRecoveryPlan: () => never, prepare: () => never, survey: () => never };
  const provider = new Provider(silent as unknown as ProviderDriver, {
    siteId,
    siteName: 'Oslo',
    readTimeoutMs: 60_000,
    clock,
  });
  const plan = publicId(siteId, 'move-books');
  const asked = async (ask: () => Promise<unknown>): Promise<'refused' | 'waiting'> => {
    const refused = ask().catch((error: unknown) => error);
    const answer = await Promise.race([refused, new Promise((resolve) => setImmediate(resolve, 'waiting'))]);
    return answer === 'waiting' ? 'waiting' : 'refused';
  };
  for (let i = 0; i < 32; i += 1) await asked(() => provider.getRecoveryPlan(plan));
  clock.advance(3_000);
  expect(await asked(() => provider.getRecoveryPlan(plan))).toBe('refused');
  expect(await asked(() => provider.prepare(command(), 'operation-1'))).toBe('waiting');
  expect(await asked(() => provider.survey())).toBe('waiting');
  expect(await asked(() => inLane('WATCH', () => provider.getRecoveryPlan(plan)))).toBe('waiting');
  const error = await provider.getRecoveryPlan(plan).catch((refusal: unknown) => refusal);
  expect(providerProblem(error as ProviderError, provider)).toMatchObject({
    code: 'upstream-unavailable',
    status: 503,
    retryable: true,
  });
});
