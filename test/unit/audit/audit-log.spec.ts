import { AuditLog, type AuditFilter, type AuditPage } from '../../../src/audit/audit-log.js';
import type { FileAuditTrail } from '../../../src/audit/file-audit-trail.js';
import { Scope } from '../../../src/domain/access/scope.js';
import { AuditPlace, DAY_MS, decision } from './audit-place.js';

const ENTRIES = 120;

describe('reading what was decided', () => {
  let place: AuditPlace;
  let trails: FileAuditTrail[];
  let log: AuditLog;
  beforeAll(async () => {
    place = new AuditPlace();
    trails = [await place.open(), await place.open()];
    for (let i = 0; i < ENTRIES; i += 1) await trails[i % 2]?.record(numbered(i)).then(() => tick(i));
    log = new AuditLog(place.folder, place.keys);
  });
  afterAll(() => place.close());

  /** Some have the same time; some lie days apart. */
  function tick(i: number): void {
    place.clock.advance(i % 40 === 39 ? DAY_MS : (i % 3) * 1_000);
  }

  function numbered(i: number) {
    return decision({
      requestId: `r-${i}`,
      principalId: i % 5 === 0 ? 'admin' : 'key:ops',
      kind: i % 7 === 0 ? 'RESOLVED' : 'ALLOWED',
      siteId: i % 4 === 0 ? null : i % 2 ? 'alpha' : 'beta',
      subjectId: i % 4 === 0 ? null : `${i % 2 ? 'alpha' : 'beta'}.plan-${i % 3}`,
    });
  }

  async function all(filter: AuditFilter = {}, scope = Scope.ALL, size = 17): Promise<string[]> {
    const found: string[] = [];
    let page: AuditPage | null = null;
    do {
      page = await log.list(filter, scope, page?.next ?? null, size);
      expect(page.items.length).toBeLessThanOrEqual(size);
      found.push(...page.items.map(({ requestId }) => requestId));
    } while (page.next);
    return found;
  }

  const numbers = (which: (i: number) => boolean) =>
    Array.from({ length: ENTRIES }, (_, i) => i).filter(which);
  const sorted = (ids: readonly string[]) => ids.map((id) => Number(id.slice(2))).sort((a, b) => a - b);

  it('is the newest first, over all chains and days, each once, whatever the size of a page', async () => {
    const once = await all();
    expect(sorted(once)).toEqual(numbers(() => true));
    expect(await all({}, Scope.ALL, 1)).toEqual(once);
    expect(await all({}, Scope.ALL, 200)).toEqual(once);
    const { items } = await log.list({}, Scope.ALL, null, 200);
    const times = items.map(({ time }) => time);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(items.map(({ id }) => id)).size).toBe(ENTRIES);
  });

  it.each<[string, AuditFilter, (i: number) => boolean]>([
    ['principal', { principalId: 'admin' }, (i) => i % 5 === 0],
    ['kind', { kind: ['RESOLVED'] }, (i) => i % 7 === 0],
    ['site', { siteId: 'beta' }, (i) => i % 4 === 2],
    ['subject', { subjectId: 'alpha.plan-1' }, (i) => i % 2 === 1 && i % 3 === 1],
  ])('is filtered by %s', async (_what, filter, which) => {
    expect(sorted(await all(filter))).toEqual(numbers(which));
  });

  it('is filtered by time: from inclusive, to exclusive', async () => {
    const { items } = await log.list({}, Scope.ALL, null, 200);
    const [from, to] = [items[90]?.time ?? '', items[20]?.time ?? ''];
    const found = await all({ fromMs: Date.parse(from), toMs: Date.parse(to) });
    expect(found).toEqual(
      items.filter(({ time }) => time >= from && time < to).map(({ requestId }) => requestId),
    );
    expect(found.length).toBeGreaterThan(30);
  });

  it('shows entries of the sites that are seen, and those without a site to whoever sees all', async () => {
    const alpha = Scope.of(['alpha'], new Map());
    expect(sorted(await all({}, alpha))).toEqual(numbers((i) => i % 2 === 1));
    expect(await all({ siteId: 'beta' }, alpha)).toEqual([]);
    const plan = Scope.of([], new Map([['alpha', ['alpha.plan-1']]]));
    expect(sorted(await all({}, plan))).toEqual(numbers((i) => i % 2 === 1 && i % 3 === 1));
    expect(await all({}, Scope.NONE)).toEqual([]);
  });

  it('goes on after a page as if nothing had been added in between', async () => {
    const before = await all();
    const first = await log.list({}, Scope.ALL, null, 50);
    await trails[0]?.record(decision({ requestId: 'r-9999' }));
    const rest = await log.list({}, Scope.ALL, first.next, 200);
    expect([...first.items, ...rest.items].map(({ requestId }) => requestId)).toEqual(before);
    expect((await all())[0]).toBe('r-9999');
  });

  it('leaves out a line that is not what was written, and counts it for whoever sees all', async () => {
    const name = place.files.at(-1) ?? '';
    const content = place.read(name);
    const line = place.linesOf(name).at(-1) ?? '';
    const { requestId } = JSON.parse(line) as { requestId: string };
    place.write(name, content.toString('latin1').replace(line, line.replace('key:ops', 'key:eve')));
    const page = await log.list({}, Scope.ALL, null, 200);
    expect(page.damaged).toBe(1);
    expect(page.items.map((one) => one.requestId)).not.toContain(requestId);
    expect((await log.list({}, Scope.of(['alpha'], new Map()), null, 200)).damaged).toBe(0);
    place.write(name, content);
  });

  it('is a problem where nothing is recorded', async () => {
    const none = new AuditLog(null, place.keys).list({}, Scope.ALL, null, 1);
    await expect(none).rejects.toMatchObject({ problem: { code: 'not-found' } });
  });
});

it('finds the first page of an hour among many entries without reading the days after it', async () => {
  const place = new AuditPlace();
  const trail = await place.open();
  const fromMs = place.clock.now() + 30_000;
  for (let i = 0; i < 300; i += 1) {
    await Promise.all([0, 1, 2, 3].map((k) => trail.record(decision({ requestId: `r-${i}-${k}` }))));
    place.clock.advance(1_000);
  }
  const log = new AuditLog(place.folder, place.keys);
  const { items } = await log.list({ fromMs, toMs: fromMs + 1_000 }, Scope.ALL, null, 200);
  expect(items.map(({ requestId }) => requestId).sort()).toEqual([0, 1, 2, 3].map((k) => `r-30-${k}`));
  await place.close();
});
