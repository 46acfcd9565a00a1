import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Circumstance, Deed, Plane } from './cell.js';
import { ON_PAIRS, SDRS_STRICTER } from './sdrs.exceptions.js';
import { closeSdrs, sdrsScene, type SdrsSite, type Surroundings } from './sdrs.scene.js';

/** The seventeen statuses of a group (SDRS reference 4.1), and a word that only old error texts know. */
const GROUP_STATUSES = [
  ...['creating', 'starting', 'stopping', 'reversing', 'failing-over', 'reprotecting', 'deleting'],
  ...['available', 'protected', 'failed-over', 'error', 'error-deleting', 'error-starting'],
  ...['error-stopping', 'error-reversing', 'error-failing-over', 'error-reprotecting', 'failed-over-back'],
];

/** The five statuses of a drill (4.4), and a word of nobody's. */
const DRILL_STATUSES = ['creating', 'available', 'deleting', 'error', 'error-deleting', 'hibernating'];

const DRILL_ID = '0d0d0d0d-0000-4000-8000-000000000001';

const ON_DRILLS: readonly DrAction[] = ['START_DRILL', 'CLEAN_UP_DRILL'];
const ALL: readonly DrAction[] = [
  ...ON_PAIRS,
  ...ON_DRILLS,
  'DELETE_PROTECTION_GROUP',
  'UPDATE_PROTECTION_GROUP',
];

/** The ledger's words are those of the simulator's table of operations. */
const LEDGER: Readonly<Partial<Record<Deed, string>>> = {
  CREATE_PROTECTION_GROUP: 'create-server-group',
  UPDATE_PROTECTION_GROUP: 'rename-server-group',
  DELETE_PROTECTION_GROUP: 'delete-server-group',
  ENABLE_PROTECTION: 'enable',
  DISABLE_PROTECTION: 'stop',
  PLANNED_FAILOVER: 'reverse',
  FAILOVER: 'failover',
  REPROTECT: 'reprotect',
  START_DRILL: 'create-drill',
  CLEAN_UP_DRILL: 'delete-drill',
  CANCEL: '',
};

/** The first member of the group, or all of them, in a status of its own. */
const members =
  (part: 'instances' | 'pairs', which: 'first' | 'all', fields: object) =>
  async (site: SdrsSite, groupId: string): Promise<void> => {
    const own = site.state[part].filter((each) => each.server_group_id === groupId);
    for (const { id } of which === 'all' ? own : own.slice(0, 1))
      await site.control('PATCH', `/${part}/${id}`, fields);
  };

const runsAway = (site: SdrsSite, groupId: string): Promise<void> =>
  site.control('PATCH', `/groups/${groupId}`, { priority_station: 'target' });

/** Made behind the gateway's back, in whatever state the group is. */
function drillStands(site: SdrsSite, groupId: string): Promise<void> {
  const now = site.running.simulator.clock.now();
  const [, vpc] = site.state.vpcs;
  site.state.drills.push({
    id: DRILL_ID,
    name: 'spring-drill',
    status: 'available',
    created_at: now,
    updated_at: now,
    stale: null,
    server_group_id: groupId,
    drill_vpc_id: vpc?.id ?? '',
    drill_servers: [],
  });
  return Promise.resolve();
}

const drillIs = (status: string) => (site: SdrsSite) =>
  site.control('PATCH', `/drills/${DRILL_ID}`, { status });

function stillCopies(site: SdrsSite, groupId: string): Promise<void> {
  const now = site.running.simulator.clock.now();
  const sync = { state: 'running', startedAt: now, doneAt: now + 3_600_000 };
  return members('pairs', 'first', { sync })(site, groupId);
}

const CIRCUMSTANCES: [name: string, deeds: readonly Deed[], surroundings: Surroundings][] = [
  ['with pairs, at home', ALL, { group: 'erp-dr' }],
  ['with pairs, away', ON_PAIRS, { group: 'erp-dr', before: runsAway }],
  ['empty', ALL, { group: 'lab-empty' }],
  ['empty but for a drill', ['DELETE_PROTECTION_GROUP'], { group: 'lab-empty', before: drillStands }],
  ...DRILL_STATUSES.map((status): [string, readonly Deed[], Surroundings] => [
    `with a drill that is ${status}`,
    ON_DRILLS,
    { group: 'erp-dr', before: drillStands, after: drillIs(status) },
  ]),
  [
    'with a link that is down',
    ON_PAIRS,
    { group: 'erp-dr', after: members('pairs', 'first', { fault_level: '5' }) },
  ],
  [
    'with a server that was deleted natively',
    ON_PAIRS,
    { group: 'erp-dr', after: members('instances', 'first', { status: 'invalid' }) },
  ],
  [
    'with an instance that is being resized',
    ON_PAIRS,
    { group: 'erp-dr', after: members('instances', 'first', { status: 'resizing' }) },
  ],
  [
    'with an instance that gets an interface',
    ON_PAIRS,
    { group: 'erp-dr', after: members('instances', 'first', { status: 'nic-creating' }) },
  ],
  [
    'with an instance that is being created',
    ON_PAIRS,
    { group: 'erp-dr', after: members('instances', 'first', { status: 'creating' }) },
  ],
  [
    'with a pair that is being attached',
    ON_PAIRS,
    { group: 'erp-dr', after: members('pairs', 'first', { status: 'attaching' }) },
  ],
  [
    'with a pair that is being extended',
    ON_PAIRS,
    { group: 'erp-dr', after: members('pairs', 'first', { status: 'extending' }) },
  ],
  [
    'with pairs in error only',
    ON_PAIRS,
    { group: 'erp-dr', after: members('pairs', 'all', { status: 'error' }) },
  ],
  ['while a pair still copies', ['DISABLE_PROTECTION'], { group: 'erp-dr', after: stillCopies }],
];

export const sdrsPlane: Plane = {
  provider: 'sdrs',
  ledger: LEDGER,
  stricter: SDRS_STRICTER,
  circumstances: CIRCUMSTANCES.map(([name, deeds, surroundings]): Circumstance => ({
    name,
    deeds,
    states: GROUP_STATUSES,
    arrange: () => sdrsScene(surroundings),
  })),
  close: closeSdrs,
};
