import { viewOf, newcomer, type MovedDue } from '../../../src/inventory/drills/drill-view.js';
import { DrillsService } from '../../../src/inventory/drills/drills.service.js';
import { isoTime } from '../../../src/platform/clock.js';
import { memorySite } from '../support/memory-site.js';
import { at } from '../support/operation.js';
import { drill } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const clock = new TestClock();
const [one, two] = [memorySite(clock), memorySite(clock)];
const HOUR_MS = 3_600_000;

const stands = newcomer(drill(`${one.siteId}.stands`, { name: 'stands' }), clock.now(), 24 * HOUR_MS);
const late = newcomer(
  drill(`${two.siteId}.late`, { name: 'late' }),
  clock.now() - 30 * HOUR_MS,
  24 * HOUR_MS,
);
const ended = {
  ...newcomer(drill(`${two.siteId}.ended`, { name: 'ended' }), clock.now() - HOUR_MS, 24 * HOUR_MS),
  endedTime: at(0),
  leftovers: [{ key: 'net', severity: 'INFO' as const, text: 'A network stays.', remedy: 'Remove it.' }],
};

const moved = new Map<string, MovedDue>();
const source = {
  provider: 'memory',
  state: 'FRESH',
  refreshedTime: at(60),
  ageSeconds: 0,
  error: null,
} as const;
const sites = () =>
  [one, two].map(({ provider, siteId }) => ({
    provider,
    drills: [stands, late, ended]
      .filter((record) => record.drill.siteId === siteId)
      .map((record) => viewOf(record, moved.get(record.drill.id) ?? null, clock.now())),
    source: { ...source, siteId },
  }));
const drills = {
  ofSites: (siteId: string | undefined) =>
    Promise.resolve(sites().filter((site) => siteId === undefined || site.source.siteId === siteId)),
  find: (id: string) => {
    const found = sites().flatMap((site) =>
      site.drills.map((view) => ({ provider: site.provider, drill: view })),
    );
    return Promise.resolve(found.find((it) => it.drill.id === id) ?? null);
  },
  moveDue: (_provider: unknown, id: string, dueTime: string, setBy: string) => {
    moved.set(id, { dueTime, setBy, setMs: clock.now() });
    return Promise.resolve();
  },
};

let surface: Surface;
beforeAll(async () => {
  surface = await surfaceOver([one.provider, two.provider], undefined, [
    { provide: DrillsService, useValue: drills },
  ]);
});
afterAll(() => surface.close());
beforeEach(() => moved.clear());

async function names(query: string): Promise<string[]> {
  const { status, body } = await surface.ask('GET', `/v1/drills${query}`);
  expect(status).toBe(200);
  return (body.items as { name: string }[]).map(({ name }) => name).sort();
}

describe('the drills of all sites', () => {
  it.each([
    ['', ['late', 'stands']],
    ['?state=ENDED', ['ended']],
    ['?state=ACTIVE,ENDED', ['ended', 'late', 'stands']],
    ['?overdue=true', ['late']],
    ['?overdue=false', ['stands']],
    [`?siteId=${one.siteId}`, ['stands']],
    [`?recoveryPlanId=${two.siteId}.late-plan`, ['late']],
    ['?provider=memory', ['late', 'stands']],
  ])('asked for by "%s"', async (query, wanted) => {
    expect(await names(query)).toEqual(wanted);
  });

  it('say how each site contributed', async () => {
    const { body } = await surface.ask('GET', '/v1/drills');
    expect(body.sources).toMatchObject([{ siteId: one.siteId }, { siteId: two.siteId }]);
  });

  it('are paged', async () => {
    const first = await surface.ask('GET', '/v1/drills?pageSize=1');
    expect(first.body.items).toHaveLength(1);
    const token = String(first.body.nextPageToken);
    const second = await surface.ask('GET', `/v1/drills?pageSize=1&pageToken=${token}`);
    expect(second.body.items).toHaveLength(1);
    expect(second.body.nextPageToken).toBeUndefined();
  });
});

describe('one drill', () => {
  const path = `/v1/drills/${stands.drill.id}`;

  it('shows what the gateway keeps beside what the site shows', async () => {
    expect((await surface.ask('GET', `/v1/drills/${ended.drill.id}`)).body).toMatchObject({
      state: 'ENDED',
      endedTime: at(0),
      leftovers: [{ severity: 'INFO', text: 'A network stays.', remedy: 'Remove it.' }],
      upstream: { state: 'standing' },
    });
  });

  it('is given another due time, as often as it is asked for', async () => {
    const body = { dueTime: '2030-03-01T01:00:00+01:00' };
    const wanted = { dueTime: '2030-03-01T00:00:00.000Z', dueTimeSetBy: 'admin', overdue: false };
    for (let times = 0; times < 2; times += 1) {
      const { status, body: told } = await surface.ask('PATCH', path, { body });
      expect({ status, told }).toMatchObject({ status: 200, told: wanted });
    }
    expect((await surface.ask('GET', path)).body).toMatchObject(wanted);
  });

  it.each([{}, { dueTime: 'tomorrow' }, { dueTime: null }, { dueTime: at(0), name: 'x' }])(
    'is not changed by %j',
    async (body) => {
      const { status } = await surface.ask('PATCH', path, { body });
      expect(status).toBe(400);
      expect(moved.size).toBe(0);
    },
  );

  it('has a due time only as long as it stands', async () => {
    const body = { dueTime: isoTime(clock.now()) };
    for (const id of [ended.drill.id, `${one.siteId}.nobody`]) {
      expect((await surface.ask('PATCH', `/v1/drills/${id}`, { body })).status).toBe(404);
    }
  });
});

describe('the start of a drill', () => {
  const start = `/v1/recovery-plans/${one.siteId}.move-books/actions/start-drill`;

  it('takes the due time along, as a wish that no upstream is told', async () => {
    const body = { dueTime: '2030-02-01T19:00:00+01:00', reason: 'quarterly' };
    expect((await surface.ask('POST', start, { body })).status).toBe(202);
    const [request] = surface.accepted;
    expect(request?.command).toMatchObject({
      action: 'START_DRILL',
      drillDueTime: '2030-02-01T18:00:00.000Z',
      options: {},
    });
    expect(request?.command.options).not.toHaveProperty('dueTime');
  });

  it('needs none', async () => {
    expect((await surface.ask('POST', start, { body: {} })).status).toBe(202);
    expect(surface.accepted[0]?.command).not.toHaveProperty('drillDueTime');
  });
});
