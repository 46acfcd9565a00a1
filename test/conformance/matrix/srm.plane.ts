import type { Circumstance, Deed, Plane } from './cell.js';
import { RUNS, SRM_STRICTER } from './srm.exceptions.js';
import { closeSrm, srmScene, type Standpoint, type Target } from './srm.scene.js';
import { groupWays, PLAN, PLAN_WAYS } from './srm.ways.js';

const ON_GROUPS: readonly Deed[] = [
  ...(['ENABLE_PROTECTION', 'DISABLE_PROTECTION'] as const),
  ...(['DELETE_PROTECTION_GROUP', 'UPDATE_PROTECTION_GROUP'] as const),
];

/** The ledger's words are those of the simulator's tasks. */
const LEDGER: Readonly<Partial<Record<Deed, string>>> = {
  CREATE_PROTECTION_GROUP: 'create-group',
  UPDATE_PROTECTION_GROUP: 'edit-group',
  DELETE_PROTECTION_GROUP: 'delete-group',
  ENABLE_PROTECTION: 'protect-vm',
  DISABLE_PROTECTION: 'unprotect-vm',
  PLANNED_FAILOVER: 'recovery',
  FAILOVER: 'recovery',
  REPROTECT: 'reprotect',
  START_DRILL: 'test',
  CLEAN_UP_DRILL: 'cleanup',
  CANCEL: 'cancel',
};

/** Where the gateway stands. A cancel is not judged by the logins: the operation tells what became of it. */
const STANDPOINTS: [name: string, standpoint: Standpoint, deeds: readonly Deed[]][] = [
  ['remote session present', { at: 'a', remote: 'PRESENT' }, [...RUNS, 'CANCEL']],
  ['remote session lost, but renewable', { at: 'a', remote: 'KILLED' }, [...RUNS, 'CANCEL']],
  ['remote login refused', { at: 'a', remote: 'REFUSED' }, RUNS],
  ['asked at the recovery site', { at: 'b', remote: 'PRESENT' }, [...RUNS, 'CANCEL']],
  ['protected site down', { at: 'b', remote: 'PRESENT', farSiteDown: true }, [...RUNS, 'CANCEL']],
  [
    'protected site down, remote session gone',
    { at: 'b', remote: 'NEVER', farSiteDown: true },
    [...RUNS, 'CANCEL'],
  ],
  ['recovery site down', { at: 'a', remote: 'PRESENT', farSiteDown: true }, RUNS],
  ['recovery site down, remote session gone', { at: 'a', remote: 'NEVER', farSiteDown: true }, RUNS],
];

const GROUPS: [name: string, target: Target][] = [
  ['group in full', { place: 'groups', name: 'erp', ways: groupWays('erp', 'erp-plan') }],
  ['group in part', { place: 'groups', name: 'archive', ways: groupWays('archive', 'archive-plan') }],
];
const GROUP_STANDPOINTS: [name: string, standpoint: Standpoint][] = [
  ['remote session present', { at: 'a', remote: 'PRESENT' }],
  ['remote session lost, but renewable', { at: 'a', remote: 'KILLED' }],
  ['remote login refused', { at: 'a', remote: 'REFUSED' }],
];

const plan: Target = { place: 'plans', name: PLAN, ways: PLAN_WAYS };

export const srmPlane: Plane = {
  provider: 'srm',
  ledger: LEDGER,
  stricter: SRM_STRICTER,
  circumstances: [
    ...STANDPOINTS.map(([name, standpoint, deeds]) => circumstance(name, deeds, plan, standpoint)),
    ...GROUPS.flatMap(([what, target]) =>
      GROUP_STANDPOINTS.map(([name, standpoint]) =>
        circumstance(`${what}, ${name}`, ON_GROUPS, target, standpoint),
      ),
    ),
  ],
  close: closeSrm,
};

function circumstance(
  name: string,
  deeds: readonly Deed[],
  target: Target,
  standpoint: Standpoint,
): Circumstance {
  const states = Object.keys(target.ways);
  const atBest: Standpoint = { at: standpoint.at, remote: 'PRESENT' };
  return {
    ...{ name, deeds, states },
    arrange: () => srmScene(target, standpoint),
    atBest: () => srmScene(target, atBest),
  };
}
