import type { Operation } from '../../../../src/domain/operation.js';
import { problem } from '../../../../src/domain/problem.js';
import type { SiteSurvey } from '../../../../src/domain/site-survey.js';
import { DrillStore } from '../../../../src/inventory/drills/redis-drill-store.js';
import { SiteDrills } from '../../../../src/inventory/drills/site-drills.js';
import { FindingsService } from '../../../../src/inventory/findings/findings.service.js';
import { FindingsStore } from '../../../../src/inventory/findings/redis-findings-store.js';
import { SiteFindings } from '../../../../src/inventory/findings/site-findings.js';
import type { Oddities } from '../../../../src/inventory/oddities.js';
import { SiteWork } from '../../../../src/inventory/site-work.js';
import { isoTime } from '../../../../src/platform/clock.js';
import { silentLog } from '../../../../src/platform/log/log.js';
import { ProviderRegistry } from '../../../../src/providers/registry.js';
import { memorySite } from '../../support/memory-site.js';
import { at, operationIn } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { drill, survey } from '../../support/survey.js';
import { TestClock } from '../../support/test-clock.js';

const the = redisForThisFile();
const INSPECTION_MS = 300_000;
const HOUR_MS = 3_600_000;

class FakeWork extends SiteWork {
  open: Operation[] = [];

  unfinished(): Promise<Operation[]> {
    return Promise.resolve(this.open);
  }

  latest(): Promise<Operation[]> {
    return Promise.resolve([]);
  }
}

/** One memory site, looked at by hand. */
function site() {
  const clock = new TestClock();
  const made = memorySite(clock);
  const { provider, world, siteId } = made;
  const work = new FakeWork();
  const known: { survey: SiteSurvey | null } = { survey: null };
  const events = { lastMs: 0 };
  const odd: { now: Oddities } = { now: {} };
  const models = {
    lastEndMs: () => Promise.resolve(events.lastMs),
    oddities: () => Promise.resolve(odd.now),
    model: () =>
      Promise.resolve(
        known.survey && {
          model: { version: '1', survey: known.survey, since: { groups: {}, plans: {}, drills: {} } },
          times: { groups: 0, plans: 0, drills: 0, runs: 0 },
          writeId: '1',
        },
      ),
  };
  const worker = () => {
    const drills = new SiteDrills(new DrillStore(the.redis), work, clock, 24 * HOUR_MS);
    const store = new FindingsStore(the.redis);
    return new SiteFindings(store, models, drills, work, clock, INSPECTION_MS, silentLog());
  };
  const first = worker();
  const update = async (lists: Partial<SiteSurvey> | null = null, by = first): Promise<void> => {
    const seen = lists ? survey(lists) : await provider.survey();
    known.survey = seen;
    await by.update(provider, { after: { takenMs: clock.now(), survey: seen } });
  };
  const reader = new FindingsService(new ProviderRegistry([provider]), new FindingsStore(the.redis));
  const findings = async () => (await reader.ofSites(undefined))[0]?.findings ?? [];
  const types = async () => (await findings()).map(({ type, target }) => `${type} ${target.name}`).sort();
  const inspections = () => world.journal.filter(({ what }) => what === 'inspect').length;
  const brake = (group: string, machine: string) => {
    const found = world.groups.get(group)?.machines.find(({ id }) => id === machine);
    if (found) found.word = found.word === null ? 'broken' : null;
  };
  const word = (group: string, of: string) => {
    const found = world.groups.get(group);
    if (found) found.word = of;
  };
  return {
    ...made,
    clock,
    events,
    odd,
    work,
    worker,
    update,
    first,
    reader,
    findings,
    types,
    inspections,
    brake,
    word,
    siteId,
  };
}

const silent = problem('upstream-unavailable', 'The world cannot be reached.');

describe('what a look shows', () => {
  it('is found, and gone when its cause is', async () => {
    const { update, types, word } = site();
    await update();
    expect(await types()).toEqual([]);
    word('books', 'broken');
    await update();
    expect(await types()).toEqual(['INCOMPLETE_ACTION books']);
    word('books', 'guarded');
    await update();
    expect(await types()).toEqual([]);
  });

  it('holds since it was first seen, also for the next worker, and tells when it was seen last', async () => {
    const { update, findings, word, clock, worker } = site();
    word('books', 'broken');
    const sinceTime = isoTime(clock.now());
    await update();
    const [first] = await findings();
    clock.advance(90_000);
    await update(null, worker());
    const [second] = await findings();
    expect(second).toMatchObject({ id: first?.id, sinceTime, lastSeenTime: isoTime(clock.now()) });
  });

  it('begins anew when it comes back, under the same id', async () => {
    const { update, findings, word, clock } = site();
    word('books', 'broken');
    await update();
    const [first] = await findings();
    word('books', 'guarded');
    await update();
    clock.advance(60_000);
    word('books', 'broken');
    await update();
    expect(await findings()).toMatchObject([{ id: first?.id, sinceTime: isoTime(clock.now()) }]);
  });

  it('that is told twice changes nothing', async () => {
    const { update, findings, word, siteId } = site();
    word('books', 'broken');
    await update();
    const before = await findings();
    const written = await the.redis.keys(`*${siteId}*`);
    await update();
    expect(await findings()).toEqual(before);
    expect(await the.redis.keys(`*${siteId}*`)).toEqual(written);
  });
});

describe('an inspection', () => {
  it('is made at the first look, and then every few minutes', async () => {
    const { update, inspections, clock } = site();
    await update();
    await update();
    expect(inspections()).toBe(1);
    clock.advance(INSPECTION_MS - 1);
    await update();
    expect(inspections()).toBe(1);
    clock.advance(1);
    await update();
    expect(inspections()).toBe(2);
  });

  it('tells what only the upstream can, with a place for parts', async () => {
    const { update, findings, brake, siteId } = site();
    brake('books', 'ledger');
    await update();
    expect(await findings()).toMatchObject([
      {
        type: 'NOT_REALLY_PROTECTED',
        severity: 'CRITICAL',
        target: { name: 'ledger' },
        nextActions: [
          { method: 'GET', href: `/v1/protection-groups/${siteId}.books/protected-instances` },
          { method: 'GET', href: `/v1/protection-groups/${siteId}.books/replication-pairs` },
        ],
      },
    ]);
  });

  it('that fails leaves what was found, and its age, and is tried again within a minute', async () => {
    const { update, findings, brake, world, clock, inspections, reader } = site();
    brake('books', 'ledger');
    await update();
    const [first] = await findings();
    clock.advance(INSPECTION_MS);
    const seen = survey();
    world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times: 1 });
    await update(seen);
    expect(await findings()).toEqual([first]);
    expect((await reader.ofSites(undefined))[0]?.inspectedTime).toBe(first?.lastSeenTime);
    const tries = inspections();
    clock.advance(59_999);
    await update(seen);
    expect(inspections()).toBe(tries);
    clock.advance(1);
    brake('books', 'ledger');
    await update();
    expect(await findings()).toEqual([]);
  });

  it('follows soon when a drill is gone: what it left is looked for', async () => {
    const { update, inspections, clock, siteId } = site();
    await update({ drills: [drill(`${siteId}.d`)] });
    clock.advance(60_000);
    await update({ drills: [] });
    expect(inspections()).toBe(2);
    clock.advance(60_000);
    await update({ drills: [] });
    expect(inspections()).toBe(2);
  });
});

it('what an inspection only hands on was last seen when it was looked at', async () => {
  const { update, findings, clock, provider, siteId } = site();
  const concern = (name: string) => ({
    type: 'NOT_REALLY_PROTECTED' as const,
    severity: 'CRITICAL' as const,
    target: { type: 'PROTECTION_GROUP' as const, id: `${siteId}.${name}`, name },
    ...{ detailKey: '', text: 'Broken.', remedy: 'Mend it.', sinceTime: null },
  });
  const inspect = import.meta.jest
    .spyOn(provider, 'inspect')
    .mockImplementation((told = []) =>
      Promise.resolve([...told.filter(({ target }) => target.name === 'books'), concern('mail')]),
    );
  inspect.mockResolvedValueOnce([concern('books'), concern('mail')]);
  const first = isoTime(clock.now());
  for (let i = 0; i < 3; i += 1) {
    await update();
    clock.advance(INSPECTION_MS);
  }
  const last = isoTime(clock.now() - INSPECTION_MS);
  const seen = (await findings()).map(({ target, lastSeenTime, sinceTime }) => [
    target.name,
    lastSeenTime,
    sinceTime,
  ]);
  expect(seen).toEqual([
    ['books', first, first],
    ['mail', last, first],
  ]);
});

describe('an inspection after an operation ended', () => {
  it('follows within a minute, but not while others run', async () => {
    const { update, inspections, clock, events, work } = site();
    await update();
    clock.advance(30_000);
    events.lastMs = clock.now();
    await update();
    expect(inspections()).toBe(1);
    clock.advance(30_000);
    work.open = [operationIn('RUNNING')];
    await update();
    expect(inspections()).toBe(1);
    work.open = [];
    await update();
    await update();
    expect(inspections()).toBe(2);
  });

  it('is not waited for by a prompt that was answered', async () => {
    const { update, findings, clock, provider, siteId } = site();
    const plan = { id: `${siteId}.move-books`, name: 'Books' };
    const concern = {
      type: 'PROMPT_WAITING' as const,
      severity: 'WARNING' as const,
      target: { type: 'RECOVERY_PLAN' as const, ...plan },
      ...{ detailKey: 'p-1', text: 'Is the line up?', remedy: 'Answer it.', sinceTime: null },
    };
    const inspect = import.meta.jest.spyOn(provider, 'inspect').mockResolvedValue([concern]);
    await update();
    expect(await findings()).toMatchObject([{ text: 'Is the line up?' }]);
    clock.advance(1_000);
    await update();
    expect(await findings()).toEqual([]);
    expect(inspect).toHaveBeenCalledTimes(1);
  });
});

describe('one thing of which a site says what cannot be true', () => {
  it('is told when the rest of the answer is believed, and gone when it is told well', async () => {
    const { update, findings, odd, siteId, clock } = site();
    const oddity = {
      list: 'groups' as const,
      id: `${siteId}.books`,
      text: 'its lists leave it out',
      name: 'books',
    };
    const firstMs = clock.now() - 120_000;
    odd.now = { a: { ...oddity, firstMs, lastMs: clock.now() - 1, times: 9 } };
    await update();
    expect(await findings()).toEqual([]);
    odd.now = { a: { ...oddity, firstMs, lastMs: clock.now(), times: 9 } };
    await update();
    expect(await findings()).toMatchObject([
      {
        type: 'IMPLAUSIBLE_ANSWER',
        target: { type: 'PROTECTION_GROUP', id: `${siteId}.books`, name: 'books' },
        sinceTime: isoTime(firstMs),
        nextActions: [{ method: 'GET', href: `/v1/protection-groups/${siteId}.books` }],
      },
    ]);
    odd.now = {};
    await update();
    expect(await findings()).toEqual([]);
  });

  it('is of the site when it names nothing', async () => {
    const { update, types, odd, clock } = site();
    const oddity = { list: 'plans' as const, id: null, text: 'one of its plans has no id', name: null };
    odd.now = { a: { ...oddity, firstMs: clock.now() - 120_000, lastMs: clock.now(), times: 3 } };
    await update();
    expect(await types()).toEqual(['IMPLAUSIBLE_ANSWER A site']);
  });
});

describe('a look that taught nothing', () => {
  it('is told, and keeps what was found before', async () => {
    const { update, first, provider, types, findings, word } = site();
    word('books', 'broken');
    await update();
    const [before] = await findings();
    await first.missed(provider, 'FAILED', silent);
    expect(await types()).toEqual(['INCOMPLETE_ACTION books', 'SITE_UNREACHABLE A site']);
    expect(await findings()).toContainEqual(before);
  });

  it('is critical only when it lasts, and over with the next good one', async () => {
    const { update, first, provider, findings, clock } = site();
    await first.missed(provider, 'FAILED', silent);
    const since = isoTime(clock.now());
    expect(await findings()).toMatchObject([{ type: 'SITE_UNREACHABLE', severity: 'WARNING' }]);
    clock.advance(300_000);
    await first.missed(provider, 'FAILED', silent);
    expect(await findings()).toMatchObject([{ severity: 'CRITICAL', sinceTime: since }]);
    await update();
    expect(await findings()).toEqual([]);
  });

  it('is another finding when the answer could not be believed', async () => {
    const { first, provider, types } = site();
    await first.missed(provider, 'DOUBTED', problem('upstream-bad-answer', '0 of 212 groups'));
    expect(await types()).toEqual(['IMPLAUSIBLE_ANSWER A site']);
    await first.missed(
      provider,
      'FAILED',
      problem('upstream-bad-answer', 'two groups contradict each other'),
    );
    expect(await types()).toEqual(['IMPLAUSIBLE_ANSWER A site']);
  });

  it.each([
    ['FAILED' as const, ['SITE_UNREACHABLE A site']],
    ['POSTPONED' as const, []],
  ])('stops no clock when %s: drills become overdue, and operations are looked at', async (why, more) => {
    const { update, first, provider, types, clock, work, siteId } = site();
    await update({ drills: [drill(`${siteId}.d`, { name: 'quarterly' })] });
    clock.advance(24 * HOUR_MS);
    work.open = [operationIn('UNKNOWN')];
    await first.missed(provider, why, silent);
    expect(await types()).toEqual(['DRILL_OVERDUE quarterly', 'OPERATION_UNKNOWN Books', ...more]);
  });
});

it('a prompt is told once, by the operation that knows most of it', async () => {
  const { update, work, findings, provider, siteId } = site();
  const plan = (await provider.survey()).plans[0];
  if (!plan) throw new Error('no plan');
  const waiting = { ...plan, state: 'WAITING_FOR_INPUT' as const };
  await update({ plans: [waiting] });
  expect(await findings()).toMatchObject([{ type: 'PROMPT_WAITING' }]);
  const target = { type: 'RECOVERY_PLAN' as const, id: plan.id, name: plan.name };
  const prompts = [{ id: 'p-1', text: 'Is the line up?', raisedTime: at(1) }];
  work.open = [operationIn('WAITING_FOR_INPUT', { target, prompts, siteId })];
  await update({ plans: [waiting] });
  const told = await findings();
  expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('Is the line up?')]);
});

it('what is kept is parsed again only when it changed', async () => {
  const { update, reader, word } = site();
  word('books', 'broken');
  await update();
  const parse = import.meta.jest.spyOn(JSON, 'parse');
  const size = () => parse.mock.calls.filter(([text]) => text.includes('INCOMPLETE_ACTION')).length;
  await reader.ofSites(undefined);
  const once = size();
  await reader.ofSites(undefined);
  expect(size()).toBe(once);
  parse.mockRestore();
});
