import { readFileSync, writeFileSync } from 'node:fs';
import { AuditPlace, DAY_MS, decision } from './audit-place.js';
import { MUTATIONS, randomOf, type Files } from './mutations.js';

const OF_EACH_KIND = 100;

/** What is in the folder becomes these files. */
function put(place: AuditPlace, files: Files, before: Files): void {
  for (const name of before.keys()) if (!files.has(name)) place.remove(name);
  for (const [name, content] of files) if (before.get(name) !== content) place.write(name, content);
}

function allOf(place: AuditPlace): Files {
  return new Map(place.files.map((name) => [name, place.read(name)]));
}

function isSame(one: Files, other: Files): boolean {
  return one.size === other.size && [...one].every(([name, content]) => other.get(name)?.equals(content));
}

describe('an audit of three processes, with checkpoints', () => {
  let place: AuditPlace;
  beforeAll(async () => {
    place = new AuditPlace();
    for (let process = 0; process < 3; process += 1) {
      const trail = await place.open();
      for (let i = 0; i < 24; i += 1) {
        await trail.record(decision({ requestId: `r-${process}-${i}`, siteId: i % 2 ? 'alpha' : 'beta' }));
        place.clock.advance(i % 8 === 7 ? DAY_MS : 20_000);
      }
      await (process === 2 ? trail.endMinute() : trail.close());
    }
  });
  afterAll(() => place.close());

  it('is found whole', async () => {
    const { entries, chains, checkpoints, faults } = await place.verified();
    expect({ entries, chains: chains.length, checkpoints, faults }).toEqual({
      entries: 3 * 25 + 2,
      chains: 3,
      checkpoints: 5,
      faults: [],
    });
  });

  it.each(Object.entries(MUTATIONS))(
    `is never found whole when %s: ${OF_EACH_KIND} of ${OF_EACH_KIND}`,
    async (kind, mutate) => {
      const before = allOf(place);
      const missed: string[] = [];
      for (let i = 0, seed = 1; i < OF_EACH_KIND; seed += 1) {
        const after = mutate(before, randomOf(seed * 7_919 + kind.length));
        if (isSame(after, before)) continue;
        i += 1;
        put(place, after, before);
        const { faults } = await place.verified();
        if (faults.length === 0) missed.push(`seed ${seed}`);
        put(place, before, after);
      }
      expect(missed).toEqual([]);
    },
    300_000,
  );

  it('is told where it was changed first: file, line, byte and number', async () => {
    const [name = ''] = place.files;
    const content = place.read(name);
    const lines = place.linesOf(name);
    place.write(name, content.toString('latin1').replace('"requestId":"r-0-3"', '"requestId":"r-9-3"'));
    const { faults } = await place.verified();
    place.write(name, content);
    expect(faults[0]).toEqual({
      ...{ kind: 'CHANGED', writer: name.slice(6, 42), file: name, line: 5, sequence: 5 },
      offset: lines.slice(0, 4).join('\n').length + 1,
      detail: 'This line is not what was written here.',
    });
  });

  it('is not believed when a checkpoint was changed', async () => {
    const content = readFileSync(place.checkpointFile, 'utf8');
    writeFileSync(place.checkpointFile, content.replace('"sequence":2', '"sequence":1'));
    const { faults } = await place.verified();
    writeFileSync(place.checkpointFile, content);
    expect(faults[0]).toMatchObject({ kind: 'CHANGED', file: place.checkpointFile });
  });

  it('may lose its oldest files in good order, and no others', async () => {
    const before = allOf(place);
    const [first = '', second = ''] = place.files;
    const ofChain = place.files.filter((name) => name.slice(0, 42) === first.slice(0, 42));
    const { time } = JSON.parse(place.linesOf(second)[0] ?? '') as { time: string };
    const earlier = new Date(Date.parse(time) - 1).toISOString();
    const muchLater = new Date(place.clock.now()).toISOString();
    const without = async (names: readonly string[], removedBefore: string | null) => {
      for (const name of names) place.remove(name);
      const { faults } = await place.verified(removedBefore);
      put(place, before, new Map());
      return faults.map(({ kind, sequence }) => `${kind} ${sequence}`);
    };
    expect(await without([first], null)).toEqual(['MISSING 1']);
    expect(await without([first], earlier)).toEqual(['MISSING 1']);
    expect(await without([first], time)).toEqual([]);
    expect(await without([second], muchLater)).toEqual(['MISSING 10']);
    expect(await without(ofChain, time)).toEqual(['CUT_OFF 1']);
    expect(await without(ofChain, muchLater)).toEqual([]);
  });
});

describe('an audit of a process that was killed', () => {
  let place: AuditPlace;
  beforeEach(() => {
    place = new AuditPlace();
  });
  afterEach(() => place.close());

  it('is found whole wherever the last write broke off', async () => {
    const trail = await place.open();
    await trail.record(decision());
    await trail.endMinute();
    await Promise.all([1, 2, 3].map((i) => trail.record(decision({ requestId: `r-${i}` }))));
    const [name = ''] = place.files;
    const content = place.read(name);
    const told = place.linesOf(name).slice(0, 2).join('\n').length + 1;
    const found: unknown[] = [];
    for (let end = told; end <= content.length; end += 1) {
      place.write(name, content.subarray(0, end));
      found.push(...(await place.verified()).faults);
    }
    expect(found).toEqual([]);
    place.write(name, content.subarray(0, told - 1));
    expect((await place.verified()).faults).toMatchObject([{ kind: 'CUT_OFF', sequence: 2 }]);
    place.write(name, content);
  });

  it('is found whole when the disk filled the last write with zeros', async () => {
    const trail = await place.open();
    await trail.record(decision());
    const [name = ''] = place.files;
    place.write(name, Buffer.concat([place.read(name), Buffer.alloc(700)]));
    expect(await place.verified()).toMatchObject({ entries: 2, faults: [], chains: [{ torn: true }] });
  });

  it('is told by the next one how far it was, so that its end cannot be cut off later', async () => {
    const trail = await place.open();
    for (let i = 0; i < 4; i += 1) await trail.record(decision());
    await place.open();
    const [name = ''] = place.files;
    const lines = place.linesOf(name);
    const cut = (count: number) =>
      place.write(
        name,
        lines
          .slice(0, count)
          .map((line) => `${line}\n`)
          .join(''),
      );
    cut(4);
    expect((await place.verified()).faults).toEqual([]);
    cut(3);
    expect((await place.verified()).faults).toMatchObject([{ kind: 'CUT_OFF', file: null, sequence: 4 }]);
  });
});
