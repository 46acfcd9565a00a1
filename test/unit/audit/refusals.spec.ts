import { RefusalCounts } from '../../../src/audit/refusal-counts.js';
import { AuditPlace, decision } from './audit-place.js';

const refused = (changes: object = {}) =>
  decision({ kind: 'REFUSED', principalId: null, principalKind: null, code: 'unauthenticated', ...changes });

it('of a sender without a name the first refusal of a minute is written, the others as one line', () => {
  const counts = new RefusalCounts();
  const now = Array.from({ length: 1_000 }, (_, i) => counts.now(refused({ requestId: `r-${i}` })));
  expect(now.filter((one) => one !== null)).toEqual([{ ...refused({ requestId: 'r-0' }), count: 1 }]);
  expect(counts.flush()).toEqual([{ ...refused({ requestId: 'r-999' }), count: 999 }]);
  expect(counts.flush()).toEqual([]);
  expect(counts.now(refused())).toMatchObject({ count: 1 });
});

it('a hundred thousand refusals from as many addresses are some hundred lines', () => {
  const counts = new RefusalCounts();
  const addresses = Array.from({ length: 100_000 }, (_, i) => `2001:db8::${i.toString(16)}`);
  const written = addresses.map((clientAddress) => counts.now(refused({ clientAddress })));
  const later = counts.flush();
  expect(written.filter((one) => one !== null)).toHaveLength(200);
  expect(later).toEqual([{ ...refused({ clientAddress: null }), count: 99_800 }]);
});

it('of whoever is known, thirty a minute are written one by one', () => {
  const counts = new RefusalCounts();
  const ofKey = (name: string) => refused({ principalId: name, code: 'forbidden' });
  const written = Array.from({ length: 100 }, () => [counts.now(ofKey('key:a')), counts.now(ofKey('key:b'))]);
  expect(written.flat().filter((one) => one !== null)).toHaveLength(60);
  expect(counts.flush().map(({ principalId, count }) => [principalId, count])).toEqual([
    ['key:a', 70],
    ['key:b', 70],
  ]);
});

it('what was counted is written at the end of the minute, and when the process ends', async () => {
  const place = new AuditPlace();
  const trail = await place.open();
  for (let i = 0; i < 10; i += 1) await trail.record(refused());
  await trail.endMinute();
  for (let i = 0; i < 5; i += 1) await trail.record(refused());
  await trail.close();
  const counts = place
    .linesOf(place.files[0] ?? '')
    .map((line) => (JSON.parse(line) as { count?: number }).count)
    .filter((count) => count !== undefined);
  expect(counts).toEqual([1, 9, 1, 4]);
  await place.close();
});
