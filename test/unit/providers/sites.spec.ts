import { IsString } from 'class-validator';
import { ConfigurationError } from '../../../src/platform/config/environment.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { DRIVERS } from '../../../src/providers/drivers.js';
import type { DriverFactory } from '../../../src/providers/provider-driver.js';
import { configuredSites, createRegistry } from '../../../src/providers/sites.js';
import { RedisSiteMemory } from '../../../src/inventory/redis-site-memory.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const lab = { id: 'lab', name: 'Laboratory', provider: 'memory' };

function faultsOf(document: unknown, drivers = DRIVERS): readonly string[] {
  try {
    configuredSites(document, drivers);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

it('sites are read with the settings of their provider', () => {
  expect(
    configuredSites(
      {
        sites: [
          { ...lab, workMs: 5 },
          { id: 'two', provider: 'memory' },
        ],
      },
      DRIVERS,
    ),
  ).toMatchObject([
    { id: 'lab', name: 'Laboratory', provider: 'memory', settings: { workMs: 5 } },
    { id: 'two', name: 'two', provider: 'memory', settings: { workMs: 30_000 } },
  ]);
});

it.each([null, {}, 'text', { sites: [] }, { sites: 'lab' }])(
  '%j lists no site, and is told how to',
  (document) => {
    expect(faultsOf(document)).toEqual([expect.stringMatching(/write a list under "sites:"/) as string]);
  },
);

const FAULTY: readonly [string, unknown, RegExp][] = [
  ['an id that is missing', { ...lab, id: undefined }, /^sites\[0\]\.id must be .*write id: my-site/],
  ['an id with capitals', { ...lab, id: 'Lab' }, /^sites\[0\]\.id must be/],
  ['an id with a dot', { ...lab, id: 'a.b' }, /^sites\[0\]\.id must be/],
  ['a provider that is missing', { id: 'lab' }, /^sites\[0\]\.provider must be one of memory, sdrs, srm/],
  ['a provider that nobody knows', { ...lab, provider: 'zerto' }, /^sites\[0\]\.provider must be one of/],
  [
    'a provider called like a method',
    { ...lab, provider: 'toString' },
    /^sites\[0\]\.provider must be one of/,
  ],
  ['a field that is not known', { ...lab, wrokMs: 5 }, /^sites\[0\]\.wrokMs is not known: remove it/],
  ['a field of the wrong kind', { ...lab, workMs: 'long' }, /^sites\[0\]\.workMs: workMs must/],
  ['something that is no site', 'lab', /^sites\[0\]/],
  [
    'an objective that nobody knows',
    { ...lab, objectives: { rto: 5 } },
    /^sites\[0\]\.objectives\.rto is not/,
  ],
  [
    'an objective of a plan without its plan',
    { ...lab, objectives: { plans: [{ rtoSeconds: 5 }] } },
    /^sites\[0\]\.objectives\.plans\[0\]\.plan/,
  ],
  ['objectives that are none', { ...lab, objectives: 'soon' }, /^sites\[0\]\.objectives must be a mapping/],
  [
    'an objective of no time at all',
    { ...lab, objectives: { drillEveryDays: 0 } },
    /^sites\[0\]\.objectives\.drillEveryDays/,
  ],
];

it.each(FAULTY)('%s is told in a sentence', (_name, entry, sentence) => {
  const faults = faultsOf({ sites: [entry] });
  expect(faults).toContainEqual(expect.stringMatching(sentence));
});

it('an id that is used twice is told once', () => {
  expect(faultsOf({ sites: [lab, lab] })).toEqual([
    'sites[1].id "lab" is used twice: give each site an id of its own.',
  ]);
});

it('all faults of all sites are told at once', () => {
  const faults = faultsOf({ sites: [{ ...lab, nope: 1 }, { id: 'B', provider: 'memory' }, { id: 'c' }] });
  expect(faults.map((fault) => fault.slice(0, 8))).toEqual(['sites[0]', 'sites[1]', 'sites[2]']);
});

it('what a sdrs or srm site needs is told by name, and no secret is shown back', () => {
  for (const provider of ['sdrs', 'srm']) {
    const faults = faultsOf({ sites: [{ id: 'x', provider, password: 5, secretKey: 'hidden-secret' }] });
    expect(faults.length).toBeGreaterThan(1);
    expect(faults.join()).not.toContain('hidden-secret');
    for (const fault of faults) expect(fault).toMatch(/^sites\[0\]\..+\.$/);
  }
});

it('a driver whose lifecycle is not whole stops the start', () => {
  class NoSettings {
    @IsString()
    word = 'x';
  }
  const memory = DRIVERS.memory as DriverFactory;
  const { lifecycle } = memory.descriptor;
  const reprotect = {
    ...lifecycle.actions.REPROTECT,
    from: 'ANY',
    via: [],
    to: [],
    failed: [],
    flipsActiveSite: false,
  } as const;
  const descriptor = { ...memory.descriptor, lifecycle: { ...lifecycle, actions: { REPROTECT: reprotect } } };
  const broken: DriverFactory = { ...memory, settings: NoSettings, descriptor };
  expect(faultsOf({ sites: [{ id: 'x', provider: 'broken' }] }, { broken })).toEqual([
    expect.stringMatching(/^Driver broken: lifecycle of REPROTECT/) as string,
  ]);
});

it('the registry knows each site by its id, and no other', () => {
  const registry = createRegistry(configuredSites({ sites: [lab] }, DRIVERS), DRIVERS, {
    clock: new TestClock(),
    log: silentLog(),
    memory: new RedisSiteMemory(the.redis),
    submitTimeoutMs: 1_000,
  });
  expect(registry.find('lab')).toMatchObject({ siteId: 'lab', siteName: 'Laboratory' });
  expect(registry.find('other')).toBeNull();
  expect(registry.all()).toHaveLength(1);
});

it('what is remembered of a site is the first value, whoever comes later', async () => {
  const memory = new RedisSiteMemory(the.redis);
  const first = await Promise.all(
    Array.from({ length: 20 }, (_, i) => memory.rememberFirst('lab', { home: `end-${i}` })),
  );
  const [kept] = first;
  for (const one of first) expect(one).toEqual(kept);
  expect(await memory.rememberFirst('lab', { home: 'late', other: 'new' })).toEqual({
    ...kept,
    other: 'new',
  });
  expect(await memory.rememberFirst('lab-2', { home: 'own' })).toEqual({ home: 'own' });
  expect(await memory.rememberFirst('lab', {})).toEqual({});
});
