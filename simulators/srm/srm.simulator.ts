import type { SimulatorDefinition, TimelineEvent } from '../engine/simulator.js';
import { srmControls } from './controls.js';
import { folderRoutes } from './folders.routes.js';
import { groupIsReady } from './groups-work.js';
import { groupRoutes } from './groups.routes.js';
import { groupVmRoutes } from './group-vms.routes.js';
import { historyRoutes } from './history.routes.js';
import { inventoryRoutes } from './inventory.routes.js';
import { mappingRoutes } from './mappings.routes.js';
import { pairingRoutes } from './pairings.routes.js';
import { planActionRoutes } from './plan-actions.routes.js';
import { PRESETS, TRAFFIC } from './presets.js';
import { planVmRoutes } from './plan-vms.routes.js';
import { planRoutes } from './plans.routes.js';
import { runGoesOn } from './runs.js';
import { seedWorld } from './seed.js';
import { sessionRoutes } from './session.routes.js';
import { SETTING_CHECKS } from './setting-checks.js';
import { DEFAULT_SETTINGS, type SrmSettings } from './settings.js';
import { stepRoutes } from './steps.routes.js';
import { storageRoutes } from './storage.routes.js';
import { Surface } from './surface.js';
import { taskRoutes } from './tasks.routes.js';
import { forgetTask } from './tasks.js';
import { Refusal } from './errors.js';
import { workEnds, workIsHalfDone, workStarts } from './work.js';
import type { SiteKey, SrmSim, World } from './world.js';

export type { SrmSettings } from './settings.js';
export type { World as SrmWorld } from './world.js';

/** Both sites share one world; each has its own base path, in both versions of the API. */
export const BASE_PATHS: { path: string; site: SiteKey; version: 1 | 2 }[] = [
  { path: '/api/rest/srm/v2', site: 'a', version: 2 },
  { path: '/api/rest/srm/v1', site: 'a', version: 1 },
  { path: '/site-b/api/rest/srm/v2', site: 'b', version: 2 },
  { path: '/site-b/api/rest/srm/v1', site: 'b', version: 1 },
];

const ROUTES = [
  sessionRoutes,
  pairingRoutes,
  groupRoutes,
  groupVmRoutes,
  planRoutes,
  planActionRoutes,
  planVmRoutes,
  stepRoutes,
  historyRoutes,
  taskRoutes,
  folderRoutes,
  mappingRoutes,
  inventoryRoutes,
  storageRoutes,
];

const EVENTS: Record<string, (sim: SrmSim, payload: TimelineEvent['payload']) => void> = {
  'task.start': (sim, { taskId }) => workStarts(sim, taskId),
  'task.middle': (sim, { taskId }) => workIsHalfDone(sim, taskId),
  'task.end': (sim, { taskId }) => workEnds(sim, taskId),
  'task.forget': (sim, { taskId }) => forgetTask(sim, taskId),
  'run.step': (sim, { planId, run }) => runGoesOn(sim, planId, run),
  'group.ready': (sim, { groupId }) => groupIsReady(sim, groupId),
};

/** VMware Site Recovery Manager, REST API v2 and v1. */
export const srmSimulator: SimulatorDefinition<World, SrmSettings> = {
  name: 'srm',
  sessionHeader: 'x-dr-session',
  defaultSettings: DEFAULT_SETTINGS,
  settingChecks: SETTING_CHECKS,
  traffic: TRAFFIC,
  presets: PRESETS,
  seed: seedWorld,
  happen: (sim, event) => EVENTS[event.kind]?.(sim, event.payload),
  routes: (app, sim) => {
    for (const { path, site, version } of BASE_PATHS) {
      void app.register(
        async (scope) => {
          const surface = new Surface(scope, sim, site, version);
          for (const addRoutes of ROUTES) addRoutes(surface);
        },
        { prefix: path },
      );
    }
  },
  controls: srmControls,
  routeOf: (url) => {
    const [, version, path] = /\/api\/rest\/srm\/(v[12])(\/.*)$/.exec(url) ?? [];
    return version && path ? { api: version, path } : null;
  },
  errorBody: (status) =>
    new Refusal(status, 'RuntimeFault', 'A fault was injected.').body('00000000-0000-4000-8000-000000000000'),
};
