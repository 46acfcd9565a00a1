import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tidewaterError } from '../driver/tidewater.errors.js';
import { toGroup, toInstance, toJob, toPlan } from '../driver/tidewater.mapper.js';
import { groupIn, jobIn, type WireGroup, type WireJob } from '../driver/tidewater.wire.js';

const FOLDER = join(process.cwd(), 'test/providers/tidewater/testdata');
const SITE = 'north-sea';

/** By the first word of the file's name. */
const MAPPERS: Readonly<Record<string, (input: unknown) => unknown>> = {
  group(input) {
    const group = groupIn(input) as WireGroup;
    const instances = group.ships.map((ship) => toInstance(SITE, group, ship));
    return { group: toGroup(SITE, group), plan: toPlan(SITE, group), instances };
  },
  job(input) {
    const job = jobIn(input) as WireJob;
    return toJob(job.id, job);
  },
  error(input) {
    const { status, json } = input as { status: number; json: unknown };
    const { kind, retry, again, message } = tidewaterError({ status, json, headers: {}, text: '' });
    return { kind, retry, again, message };
  },
};

describe('the golden pairs of tidewater', () => {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.in.json'))
    .map((name) => name.replace('.in.json', ''));

  it.each(names)('translates %s as written down', (name) => {
    const [mapper = ''] = name.split('-');
    const actual = JSON.parse(JSON.stringify(MAPPERS[mapper]?.(read(`${name}.in.json`)))) as unknown;
    expect(actual).toEqual(read(`${name}.out.json`));
  });
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}
