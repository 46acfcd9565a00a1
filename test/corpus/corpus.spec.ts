import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reduce } from '../../src/domain/operation-machine.js';
import { inOurShape } from '../../src/domain/operation-schema.js';
import { kindOf, readCorpus, sampled, type RecordedTransition } from './transition.js';

// Compiled tests run from another folder than the one that the recordings are in.
const FOLDER = join(process.cwd(), 'test', 'corpus');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.ndjson.gz'));

/** What records have had only since they were recorded. */
const LATER_FIELDS: readonly string[] = ['attemptsNotSent', 'groupIdsOfOthers'];

/** What this version makes of it, and what it made of itself then, in the shape of today. */
function both({ before, change, now, after }: RecordedTransition): Record<'today' | 'then', unknown> {
  const step = JSON.stringify(reduce(inOurShape(before), change, now), (name, value: unknown) =>
    LATER_FIELDS.includes(name) ? undefined : value,
  );
  return {
    today: JSON.parse(step) as unknown,
    then: after && { ...after, operation: inOurShape(after.operation) },
  };
}

it('there are recordings of both schemas that are read', () => {
  expect(FILES).toEqual(expect.arrayContaining(['schema-1.ndjson.gz', 'schema-2.ndjson.gz']));
});

describe.each(FILES)('the transitions in %s', (file) => {
  const corpus = readCorpus(join(FOLDER, file));

  it('are what its name says, and of many kinds', () => {
    const schema = Number(/^schema-(\d+)/.exec(file)?.[1]);
    expect(new Set(corpus.map(({ before }) => before.schema))).toEqual(new Set([schema]));
    expect(new Set(corpus.map(kindOf)).size).toBeGreaterThan(60);
  });

  it('come out as they did: no divergence', () => {
    const diverging = corpus.filter((transition) => {
      const { today, then } = both(transition);
      return JSON.stringify(sorted(today)) !== JSON.stringify(sorted(then));
    });
    expect(diverging.slice(0, 3).map(both)).toEqual([]);
    expect(diverging).toHaveLength(0);
  });
});

it('of transitions that are alike a few are kept', () => {
  const [one] = readCorpus(join(FOLDER, FILES[0] ?? ''));
  if (!one) throw new Error('an empty recording');
  const many = Array.from({ length: 50 }, () => one);
  expect(sampled(many).length).toBeLessThan(10);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
