import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import {
  GROUP_WORDS,
  INSTANCE_WORDS,
  PAIR_WORDS,
  sentenceOf,
  walk,
  type Cell,
  type Circumstance,
} from './parts-matrix.js';
import { closePartsSites, PartsSite } from './parts-site.js';

/** A guard against hanging; the walk takes a tenth of it. */
const TIMEOUT_MS = 300_000;

const ON_INSTANCES: readonly DrAction[] = [
  'UPDATE_PROTECTED_INSTANCE',
  'REMOVE_PROTECTED_INSTANCE',
  'RESIZE_PROTECTED_INSTANCE',
  'ADD_NETWORK_INTERFACE',
  'REMOVE_NETWORK_INTERFACE',
  'SET_INSTANCE_TAGS',
  'REMOVE_INSTANCE_TAGS',
];
const ON_PAIRS: readonly DrAction[] = [
  'UPDATE_REPLICATION_PAIR',
  'DELETE_REPLICATION_PAIR',
  'EXPAND_REPLICATION_PAIR',
];
const ON_ATTACHMENTS: readonly DrAction[] = ['ATTACH_REPLICATION_PAIR', 'DETACH_REPLICATION_PAIR'];
const CREATIONS: readonly DrAction[] = ['ADD_PROTECTED_INSTANCE', 'CREATE_REPLICATION_PAIR'];

/** The group is calm, stopped short in three ways, or busy; every other word of it with a calm part. */
const SOME_GROUPS = ['protected', 'available', 'failed-over', 'error-reprotecting', 'stopping'];

const inGroups: Circumstance[] = GROUP_WORDS.map((group) => ({ group }));
const ofInstances = SOME_GROUPS.flatMap((group) => INSTANCE_WORDS.map((instance) => ({ group, instance })));
const ofPairs = SOME_GROUPS.flatMap((group) => PAIR_WORDS.map((pair) => ({ group, pair })));
const ofBoth = ['protected', 'error-detaching'].flatMap((pair) =>
  INSTANCE_WORDS.map((instance) => ({ pair, instance })),
);

const away = (site: PartsSite, { targetNativeId }: ActionCommand): void => {
  const group = site.state.groups.find(({ id }) => id === targetNativeId);
  if (group) group.priority_station = 'target';
};

/** The pair's disks are shared ones. */
const shared = (site: PartsSite, { partNativeId }: ActionCommand): void => {
  const pair = site.state.pairs.find(({ id }) => id === partNativeId);
  const disk = site.state.volumes.find(({ id }) => id === pair?.productionVolume);
  if (disk) disk.multiattach = true;
};

const attached =
  (to: 'erp-app01' | 'erp-db01') =>
  (site: PartsSite, { partNativeId }: ActionCommand): void => {
    const pair = site.state.pairs.find(({ id }) => id === partNativeId);
    const instance = site.state.instances.find(({ name }) => name === to);
    if (pair && instance) pair.attachment = [{ device: '/dev/vdx', protected_instance: instance.id }];
  };

const detached = (site: PartsSite, { partNativeId }: ActionCommand): void => {
  const pair = site.state.pairs.find(({ id }) => id === partNativeId);
  if (pair) pair.attachment = [];
};

const both =
  (...steps: ((site: PartsSite, command: ActionCommand) => void)[]) =>
  (site: PartsSite, command: ActionCommand): void =>
    steps.forEach((step) => step(site, command));

/** What only the service's facts about the part can tell. */
const PARTICULARS: readonly [DrAction, Circumstance][] = [
  ['REMOVE_PROTECTED_INSTANCE', { also: 'with its server', input: { deleteRecoveryServer: true } }],
  ['REMOVE_PROTECTED_INSTANCE', { also: 'while away', arrange: away }],
  [
    'REMOVE_PROTECTED_INSTANCE',
    { also: 'with its server while away', input: { deleteRecoveryServer: true }, arrange: away },
  ],
  [
    'REMOVE_PROTECTED_INSTANCE',
    { also: 'with its address while away', input: { deleteRecoveryPublicIp: true }, arrange: away },
  ],
  ['DELETE_REPLICATION_PAIR', { also: 'with its disk', input: { deleteRecoveryVolume: true } }],
  ['DELETE_REPLICATION_PAIR', { also: 'attached', arrange: attached('erp-app01') }],
  ['EXPAND_REPLICATION_PAIR', { also: 'by nothing', input: { sizeGigabytes: 100 } }],
  ['EXPAND_REPLICATION_PAIR', { also: 'to less', input: { sizeGigabytes: 10 } }],
  ['EXPAND_REPLICATION_PAIR', { also: 'shared, in use', arrange: shared }],
  ['ATTACH_REPLICATION_PAIR', { also: 'attached here', arrange: attached('erp-app01') }],
  ['ATTACH_REPLICATION_PAIR', { also: 'attached there', arrange: attached('erp-db01') }],
  ['ATTACH_REPLICATION_PAIR', { also: 'shared, here', arrange: both(shared, attached('erp-app01')) }],
  ['ATTACH_REPLICATION_PAIR', { also: 'shared, there', arrange: both(shared, attached('erp-db01')) }],
  ['ATTACH_REPLICATION_PAIR', { also: 'at a device that is taken', input: { device: '/dev/vda' } }],
  ['ATTACH_REPLICATION_PAIR', { also: 'at the same in Xen', input: { device: '/dev/sda' } }],
  ['ATTACH_REPLICATION_PAIR', { also: 'at a free one in Xen', input: { device: '/dev/sdf' } }],
  ['DETACH_REPLICATION_PAIR', { also: 'not attached', arrange: detached }],
  ['DETACH_REPLICATION_PAIR', { also: 'attached elsewhere', arrange: attached('erp-app01') }],
];

/** Where the document leaves it open and the gateway says no: "normal" is all that is said of tags (4.2). */
function isStricterByChoice({ action, circumstance }: Cell): boolean {
  return /_INSTANCE_TAGS$/.test(action) && circumstance.instance === 'hibernating';
}

describe('what the gateway says of the parts of sdrs, and what sdrs does', () => {
  const cells: Cell[] = [];

  beforeAll(async () => {
    for (const action of ON_INSTANCES) await play(action, [...inGroups, ...ofInstances]);
    for (const action of ON_PAIRS) await play(action, [...inGroups, ...ofPairs]);
    for (const action of ON_ATTACHMENTS) await play(action, [...inGroups, ...ofPairs, ...ofBoth]);
    for (const action of CREATIONS) await play(action, inGroups);
    for (const [action, circumstance] of PARTICULARS) await play(action, [circumstance]);
    await play('ADD_PROTECTED_INSTANCE', [await takenServer(), await takenServer('target_server')]);
    await play('CREATE_REPLICATION_PAIR', [await takenDisk()]);
    const falseAllowed = cells.filter(({ allowed, accepted }) => allowed && !accepted).length;
    const falseBlocked = cells.filter((cell) => isFalseBlocked(cell)).length;
    process.stdout.write(
      `sdrs, parts: ${GROUP_WORDS.length} group, ${INSTANCE_WORDS.length} instance and ${PAIR_WORDS.length} pair states × ` +
        `${new Set(cells.map(({ action }) => action)).size} actions, as far as they concern each other = ${cells.length} cells, ` +
        `false allowed ${falseAllowed}, false blocked ${falseBlocked}, ` +
        `stricter by choice ${cells.filter(isStricterByChoice).length}\n`,
    );
  }, TIMEOUT_MS);

  afterAll(closePartsSites);

  it('never offers what the upstream refuses', () => {
    const wrong = cells.filter(({ allowed, accepted }) => allowed && !accepted);
    expect(wrong.map(sentenceOf)).toEqual([]);
  });

  it('never withholds what the upstream takes', () => {
    expect(cells.filter(isFalseBlocked).map(sentenceOf)).toEqual([]);
  });

  it('has seen every action taken, and every one that has a rule refused', () => {
    const taken = cells.filter(({ accepted }) => accepted).map(({ action }) => action);
    const refused = cells.filter(({ accepted }) => !accepted).map(({ action }) => action);
    const all = new Set(cells.map(({ action }) => action));
    expect(new Set(taken)).toEqual(all);
    expect([...all].filter((action) => !refused.includes(action))).toEqual([
      'UPDATE_PROTECTED_INSTANCE',
      'UPDATE_REPLICATION_PAIR',
    ]);
  });

  function isFalseBlocked(cell: Cell): boolean {
    return !cell.allowed && cell.accepted && !isStricterByChoice(cell);
  }

  async function play(action: DrAction, circumstances: readonly Circumstance[]): Promise<void> {
    const site = await PartsSite.open();
    try {
      cells.push(...(await walk(site, action, circumstances)));
    } finally {
      await site.close();
    }
  }

  async function takenServer(
    side: 'source_server' | 'target_server' = 'source_server',
  ): Promise<Circumstance> {
    const site = await PartsSite.open();
    const serverId = site.state.instances[0]?.[side] ?? '';
    await site.close();
    return { also: `of a ${side} that is taken`, input: { serverId } };
  }

  async function takenDisk(): Promise<Circumstance> {
    const site = await PartsSite.open();
    const volumeId = site.state.pairs[0]?.productionVolume ?? '';
    await site.close();
    return { also: 'of a disk that is taken', input: { volumeId } };
  }
});
