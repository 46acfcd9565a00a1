import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditKeyError, AuditKeys } from '../../../src/audit/audit-keys.js';
import { AuditPlace, DAY_MS, decision, SECRET } from './audit-place.js';

describe('the record of decisions in a folder', () => {
  let place: AuditPlace;
  beforeEach(() => {
    place = new AuditPlace();
  });
  afterEach(() => place.close());

  const entries = () =>
    place.files.flatMap((name) =>
      place.linesOf(name).map((line) => JSON.parse(line) as Record<string, unknown>),
    );

  it('has a line for each decision, chained to the one before, between a beginning and an end', async () => {
    const trail = await place.open();
    await trail.record(decision());
    place.clock.advance(1_000);
    await trail.record(decision({ kind: 'RESOLVED', reason: 'looked' }));
    await trail.close();
    const all = entries();
    expect(all.map(({ kind, sequence }) => [sequence, kind])).toEqual([
      [1, 'OPENED'],
      [2, 'ALLOWED'],
      [3, 'RESOLVED'],
      [4, 'CLOSED'],
    ]);
    expect(all.map(({ previous }) => previous)).toEqual(['', ...all.slice(0, -1).map(({ mac }) => mac)]);
    expect(all[1]).toMatchObject({ ...decision(), count: 1, time: '2030-01-02T03:04:05.000Z' });
    expect(await place.verified()).toMatchObject({ entries: 4, faults: [], chains: [{ closed: true }] });
  });

  it('keeps a thousand that come at once, in few writes', async () => {
    const trail = await place.open();
    const asked = Array.from({ length: 1_000 }, (_, i) => decision({ requestId: `r-${i}` }));
    await Promise.all(asked.map((one) => trail.record(one)));
    const kept = entries().slice(1);
    expect(kept.map(({ requestId }) => requestId)).toEqual(asked.map(({ requestId }) => requestId));
    expect(new Set(kept.map(({ durable }) => durable)).size).toBeLessThan(10);
    expect((await place.verified()).faults).toEqual([]);
  });

  it('begins another file each day, and the chain goes on', async () => {
    const trail = await place.open();
    for (let day = 0; day < 3; day += 1) {
      await trail.record(decision({ requestId: `day-${day}` }));
      place.clock.advance(DAY_MS);
    }
    expect(place.files.map((name) => name.slice(-14))).toEqual([
      '.000001.ndjson',
      '.000002.ndjson',
      '.000003.ndjson',
    ]);
    expect(await place.verified()).toMatchObject({ entries: 4, faults: [] });
  });

  it('never goes back in time, whatever the clock does', async () => {
    const trail = await place.open();
    place.clock.advance(5_000);
    await trail.record(decision());
    place.clock.advance(-4_000);
    await trail.record(decision());
    expect(entries().map(({ time }) => time)).toEqual([
      '2030-01-02T03:04:05.000Z',
      '2030-01-02T03:04:10.000Z',
      '2030-01-02T03:04:10.000Z',
    ]);
  });

  it('is written by several at once, each a chain of its own; each new one says how far the others were', async () => {
    const [one, other] = [await place.open(), await place.open()];
    for (let i = 0; i < 5; i += 1) await Promise.all([one.record(decision()), other.record(decision())]);
    await place.open();
    const opened = entries().filter(({ kind }) => kind === 'OPENED');
    expect(opened).toHaveLength(3);
    const heads = opened.at(-1)?.heads as { sequence: number }[];
    // The last line of each may not have been synced for all that others know.
    expect(heads.map(({ sequence }) => sequence)).toEqual([5, 5]);
    expect(await place.verified()).toMatchObject({ entries: 13, faults: [] });
  });

  it('tells how far it goes to the file of checkpoints and to the log, once a minute if there is something new', async () => {
    const trail = await place.open();
    await trail.record(decision());
    await trail.endMinute();
    await trail.endMinute();
    await trail.record(decision());
    await trail.endMinute();
    const lines = readFileSync(place.checkpointFile, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { head: { sequence: number } }).head.sequence)).toEqual([
      2, 3,
    ]);
    expect(place.said.lines.map(([facts]) => (facts as { checkpoint: string }).checkpoint)).toEqual(lines);
    expect((await place.verified()).checkpoints).toBe(2);
  });

  it('refuses a change that cannot be recorded, tells so, and goes on with a new chain when it can', async () => {
    const trail = await place.open();
    await trail.record(decision());
    rmSync(place.folder, { recursive: true });
    writeFileSync(place.folder, 'a file in its place');
    place.clock.advance(DAY_MS);
    const refused = { problem: { code: 'audit-unavailable', status: 503 } };
    await expect(trail.record(decision())).rejects.toMatchObject(refused);
    expect(await trail.fault()).toMatch(/^Decisions cannot be recorded: .*\.$/);
    rmSync(place.folder);
    mkdirSync(place.folder);
    await trail.record(decision({ requestId: 'again' }));
    expect(entries().map(({ kind, requestId }) => requestId ?? kind)).toEqual(['OPENED', 'again']);
    expect(await trail.fault()).toBeNull();
  });
});

describe('the key of the audit', () => {
  let place: AuditPlace;
  beforeEach(() => {
    place = new AuditPlace();
  });
  afterEach(() => place.close());

  it.each([
    ['is not there', null, /cannot be read/],
    ['is empty', '\n\n', /is empty/],
    ['is short', 'short', /less than 32 characters/],
  ])('is refused when it %s', async (_what, content, words) => {
    const path = join(place.root, 'key');
    if (content !== null) writeFileSync(path, content);
    await expect(AuditKeys.from(path)).rejects.toThrow(AuditKeyError);
    await expect(AuditKeys.from(path)).rejects.toThrow(words);
  });

  it('may be changed: the first of the file seals, the others still check', async () => {
    const path = join(place.root, 'key');
    await (await place.open()).record(decision());
    writeFileSync(path, `${'another secret, which is newer than the first'}\n${SECRET}\n`);
    const keys = await AuditKeys.from(path);
    await (await place.open(place.clock, keys)).record(decision());
    expect(await place.verified(null, keys)).toMatchObject({ entries: 4, faults: [] });
    expect((await place.verified()).faults.map(({ kind }) => kind)).toContain('CHANGED');
  });
});
