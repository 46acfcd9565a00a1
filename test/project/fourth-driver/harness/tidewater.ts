import type { DrAction } from '../../../../src/domain/dr-action.js';
import type { FurtherRead } from '../../../../src/providers/further-reads.js';
import { tidewater } from '../driver/tidewater.factory.js';
import {
  tidewaterSimulator,
  type TidewaterSettings,
  type TidewaterState,
} from '../simulator/tidewater.simulator.js';
import { newGroup } from '../simulator/world.js';
import { staged } from '../../../conformance/provider/expectations.js';
import type { ConformanceSubject, Harness, Stage } from '../../../conformance/provider/harness.js';
import {
  SimulatorShelf,
  type SimulatedSite,
  type WireManners,
} from '../../../conformance/provider/harnesses/simulated-site.js';
import { Workbench } from '../../../conformance/provider/harnesses/workbench.js';

const WRONG_TOKEN = 'not-the-token';
const { token, jobMs } = tidewaterSimulator.defaultSettings;

const MANNERS: WireManners = {
  // A token is given out by hand: nothing on the wire is about logging in.
  credentials: /(?!)/,
  isLogIn: () => false,
  throttledBody: tidewaterSimulator.errorBody?.(429),
};

const STAGES: Readonly<Partial<Record<DrAction, Stage>>> = {
  CREATE_PROTECTION_GROUP: { targetId: null, after: [], group: { name: 'tugs', description: 'All tugs' } },
  UPDATE_PROTECTION_GROUP: { targetId: 'tg-1', after: [], changes: { name: 'trawlers' } },
  DELETE_PROTECTION_GROUP: { targetId: 'tg-3', after: [] },
  ENABLE_PROTECTION: { targetId: 'tg-3', after: [] },
  DISABLE_PROTECTION: { targetId: 'tg-1', after: [] },
  PLANNED_FAILOVER: { targetId: 'tg-1', after: [] },
  FAILOVER: { targetId: 'tg-1', after: [] },
  REPROTECT: { targetId: 'tg-1', after: ['FAILOVER'] },
  START_DRILL: { targetId: 'tg-1', after: [] },
  CLEAN_UP_DRILL: { targetId: 'tg-1', after: ['START_DRILL'] },
};

const WHERE: Readonly<Partial<Record<FurtherRead, { there: object }>>> = { quotas: { there: {} } };

type Site = SimulatedSite<TidewaterState, TidewaterSettings>;

const shelf = new SimulatorShelf(tidewaterSimulator, MANNERS);

async function createHarness(): Promise<Harness> {
  const site: Site = await shelf.take();
  const { simulator, url: endpoint } = site.running;
  const bench = new Workbench('port', () => simulator.clock.now());
  return {
    ...site.grip(),
    longestWorkMs: jobMs,
    createDriver: (wish = {}) =>
      bench.driver(wish, (context) =>
        tidewater.create({ endpoint, token: wish.wrongPassword ? WRONG_TOKEN : token }, context),
      ),
    kill: (credential) => Promise.reject(new Error(`Tidewater has no ${credential}`)),

    stage: (action) => staged(STAGES, action),
    part: (action) => staged({}, action),
    where: (read) => staged(WHERE, read),
    crowd: (size) => crowdOf(site, size),
    setState(_type, nativeId, word) {
      const group = site.state.groups.find(({ id }) => id === nativeId);
      if (group) group.phase = word;
      return Promise.resolve();
    },
    absentId: () => 'tg-0',

    failNext() {
      simulator.settings.nextTrouble = { code: 'FOG', text: 'the pilot saw nothing' };
      return Promise.resolve('the pilot saw nothing');
    },
    askNext: () => Promise.reject(new Error('Tidewater asks nobody anything')),
    forgetJobs() {
      site.state.jobs = [];
      return Promise.resolve();
    },

    secrets: () => [token, WRONG_TOKEN],
    logged: () => bench.logged(),
    close: () => bench.close(),
  };
}

function crowdOf({ state, running }: Site, size: number): string[] {
  const founded = new Date(running.simulator.clock.now()).toISOString();
  const twins = Array.from({ length: size }, (_, index) =>
    newGroup(`twin-${index + 1}`, `twin-${index + 1}`, { founded, phase: 'afloat', ships: 1 }),
  );
  state.groups.push(...twins);
  return twins.map(({ id }) => id);
}

export const tidewaterSubject: ConformanceSubject = {
  name: 'tidewater',
  factory: tidewater,
  describes: {
    progress: 'percent',
    credentials: [],
    prompts: false,
    // Jobs and groups, whatever is watched.
    requestsToObserve: () => 2,
  },
  createHarness,
  close: () => shelf.close(),
};
