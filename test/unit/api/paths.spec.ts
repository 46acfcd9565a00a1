import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import { memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const { siteId, provider } = memorySite(new TestClock());
const other = memorySite(new TestClock());
const GROUP = `/v1/protection-groups/${siteId}.books`;
const INSTANCE = `${GROUP}/protected-instances/${siteId}.machine-1`;
const PAIR = `${GROUP}/replication-pairs/${siteId}.pair-1`;
const PLAN = `/v1/recovery-plans/${siteId}.move-books`;
const SITE = `/v1/sites/${siteId}`;

let surface: Surface;
beforeAll(async () => {
  surface = await surfaceOver([provider, other.provider]);
});
afterAll(() => surface.close());

type Row = [
  request: string,
  body: object | undefined,
  action: DrAction,
  target: string | null,
  part: string | null,
  input: ActionCommand['input'],
];

const BOOKS = 'books';
const MACHINE = 'machine-1';
const MOVE = 'move-books';

const ROWS: Row[] = [
  [`POST ${GROUP}/actions/restore-placeholders`, {}, 'RESTORE_PLACEHOLDERS', BOOKS, null, null],
  [`DELETE ${GROUP}`, undefined, 'DELETE_PROTECTION_GROUP', BOOKS, null, null],
  [
    `POST ${GROUP}/protected-instances`,
    { serverId: 's-1', name: 'm', tags: [{ key: 'a', value: '' }] },
    'ADD_PROTECTED_INSTANCE',
    BOOKS,
    null,
    { serverId: 's-1', name: 'm', tags: [{ key: 'a', value: '' }] },
  ],
  [`PATCH ${INSTANCE}`, { name: 'm2' }, 'UPDATE_PROTECTED_INSTANCE', BOOKS, MACHINE, { name: 'm2' }],
  [`DELETE ${INSTANCE}`, undefined, 'REMOVE_PROTECTED_INSTANCE', BOOKS, MACHINE, {}],
  [
    `DELETE ${INSTANCE}?deleteRecoveryServer=true&deleteRecoveryPublicIp=false`,
    undefined,
    'REMOVE_PROTECTED_INSTANCE',
    BOOKS,
    MACHINE,
    { deleteRecoveryServer: true, deleteRecoveryPublicIp: false },
  ],
  [`POST ${INSTANCE}/actions/enable-protection`, {}, 'ENABLE_INSTANCE_PROTECTION', BOOKS, MACHINE, {}],
  [
    `PUT ${INSTANCE}/protection-settings`,
    { settings: { folderId: 'f', networks: [{ sourceNetworkId: 'a', targetNetworkId: 'b' }] } },
    'ENABLE_INSTANCE_PROTECTION',
    BOOKS,
    MACHINE,
    { settings: { folderId: 'f', networks: [{ sourceNetworkId: 'a', targetNetworkId: 'b' }] } },
  ],
  [`POST ${INSTANCE}/actions/disable-protection`, {}, 'DISABLE_INSTANCE_PROTECTION', BOOKS, MACHINE, null],
  [
    `POST ${INSTANCE}/actions/resize`,
    { flavor: 'big' },
    'RESIZE_PROTECTED_INSTANCE',
    BOOKS,
    MACHINE,
    { flavor: 'big' },
  ],
  [
    `POST ${INSTANCE}/actions/add-network-interface`,
    { subnetId: 'n', securityGroupIds: ['g'], ipAddress: '10.0.0.9' },
    'ADD_NETWORK_INTERFACE',
    BOOKS,
    MACHINE,
    { subnetId: 'n', securityGroupIds: ['g'], ipAddress: '10.0.0.9' },
  ],
  [
    `POST ${INSTANCE}/actions/remove-network-interface`,
    { networkInterfaceId: 'nic' },
    'REMOVE_NETWORK_INTERFACE',
    BOOKS,
    MACHINE,
    { networkInterfaceId: 'nic' },
  ],
  [
    `PUT ${INSTANCE}/tags`,
    { tags: [{ key: 'tier', value: 'app' }] },
    'SET_INSTANCE_TAGS',
    BOOKS,
    MACHINE,
    { tags: [{ key: 'tier', value: 'app' }] },
  ],
  [
    `DELETE ${INSTANCE}/tags?key=tier&key=a,b`,
    undefined,
    'REMOVE_INSTANCE_TAGS',
    BOOKS,
    MACHINE,
    { keys: ['tier', 'a,b'] },
  ],
  [
    `POST ${GROUP}/replication-pairs`,
    { volumeId: 'v', name: 'p' },
    'CREATE_REPLICATION_PAIR',
    BOOKS,
    null,
    { volumeId: 'v', name: 'p' },
  ],
  [`PATCH ${PAIR}`, { name: 'p2' }, 'UPDATE_REPLICATION_PAIR', BOOKS, 'pair-1', { name: 'p2' }],
  [
    `DELETE ${PAIR}?deleteRecoveryVolume=true`,
    undefined,
    'DELETE_REPLICATION_PAIR',
    BOOKS,
    'pair-1',
    { deleteRecoveryVolume: true },
  ],
  [
    `POST ${PAIR}/actions/expand`,
    { sizeGigabytes: 10 },
    'EXPAND_REPLICATION_PAIR',
    BOOKS,
    'pair-1',
    { sizeGigabytes: 10 },
  ],
  [
    `POST ${PAIR}/actions/attach`,
    { protectedInstanceId: `${siteId}.machine-1`, device: '/dev/vdb' },
    'ATTACH_REPLICATION_PAIR',
    BOOKS,
    'pair-1',
    { protectedInstanceId: MACHINE, device: '/dev/vdb' },
  ],
  [
    `POST ${PAIR}/actions/detach`,
    { protectedInstanceId: `${siteId}.machine-1` },
    'DETACH_REPLICATION_PAIR',
    BOOKS,
    'pair-1',
    { protectedInstanceId: MACHINE },
  ],
  [
    'POST /v1/recovery-plans',
    { siteId, name: 'new', protectionGroupIds: [`${siteId}.books`] },
    'CREATE_RECOVERY_PLAN',
    null,
    null,
    { name: 'new', protectionGroupIds: [BOOKS] },
  ],
  [
    `PATCH ${PLAN}`,
    { protectionGroupIds: [], testNetworks: [{ networkId: 'a', testNetworkId: 'b' }] },
    'UPDATE_RECOVERY_PLAN',
    MOVE,
    null,
    { protectionGroupIds: [], testNetworks: [{ networkId: 'a', testNetworkId: 'b' }] },
  ],
  [`DELETE ${PLAN}`, undefined, 'DELETE_RECOVERY_PLAN', MOVE, null, null],
  [
    `PATCH ${PLAN}/protected-instances/${siteId}.machine-1/recovery-settings`,
    { priority: 1, dependsOn: [`${siteId}.machine-2`], changeVersion: '7' },
    'UPDATE_RECOVERY_SETTINGS',
    MOVE,
    MACHINE,
    { priority: 1, dependsOn: ['machine-2'], changeVersion: '7' },
  ],
  [
    `POST ${PLAN}/recovery-steps?workflow=TEST`,
    { type: 'PROMPT', name: 'Look', content: 'All well?', beforeStepId: '3' },
    'ADD_RECOVERY_STEP',
    MOVE,
    null,
    { type: 'PROMPT', name: 'Look', content: 'All well?', beforeStepId: '3', workflow: 'TEST' },
  ],
  [
    `PATCH ${PLAN}/recovery-steps/7.1?workflow=RECOVERY`,
    { content: 'And now?', expectedTitle: 'Ask' },
    'UPDATE_RECOVERY_STEP',
    MOVE,
    '7.1',
    { content: 'And now?', workflow: 'RECOVERY', expectedTitle: 'Ask' },
  ],
  [
    `DELETE ${PLAN}/recovery-steps/7?workflow=CLEAN_UP&expectedTitle=Stop%20cluster`,
    undefined,
    'REMOVE_RECOVERY_STEP',
    MOVE,
    '7',
    { workflow: 'CLEAN_UP', expectedTitle: 'Stop cluster' },
  ],
  [`PATCH ${PLAN}/drills/${siteId}.d-1`, { name: 'd2' }, 'UPDATE_DRILL', MOVE, 'd-1', { name: 'd2' }],
  [`DELETE ${SITE}/failed-tasks`, undefined, 'CLEAR_FAILED_TASKS', null, null, {}],
  [
    `DELETE ${SITE}/failed-tasks?protectionGroupId=${siteId}.books`,
    undefined,
    'CLEAR_FAILED_TASKS',
    null,
    null,
    { protectionGroupId: BOOKS },
  ],
  [
    `DELETE ${SITE}/failed-tasks/task-9`,
    undefined,
    'CLEAR_FAILED_TASKS',
    null,
    null,
    { failedTaskId: 'task-9' },
  ],
];

describe('a change', () => {
  it.each(ROWS)('%s %j is %s', async (request, body, action, target, part, input) => {
    const [method = '', url = ''] = request.split(' ');
    const { status, headers } = await surface.ask(method, url, body ? { body } : {});
    expect(status).toBe(202);
    expect(headers.location).toMatch(/^\/v1\/operations\//);
    expect(surface.accepted[0]?.siteId).toBe(siteId);
    expect(surface.accepted[0]?.command).toEqual({
      action,
      targetNativeId: target,
      partNativeId: part,
      direction: null,
      options: {},
      group: null,
      changes: null,
      input,
    } satisfies ActionCommand);
  });

  it('tells its reason in the body, and a DELETE in the query', async () => {
    await surface.ask('PATCH', INSTANCE, { body: { name: 'm2', reason: 'naming' } });
    expect(surface.accepted[0]?.reason).toBe('naming');
    await surface.ask('DELETE', `${INSTANCE}?reason=gone`);
    expect(surface.accepted[0]?.reason).toBe('gone');
  });

  it.each(ROWS)('%s needs an Idempotency-Key', async (request, body) => {
    const [method = '', url = ''] = request.split(' ');
    const { status, body: problem } = await surface.ask(method, url, {
      ...(body ? { body } : {}),
      headers: { 'idempotency-key': '' },
    });
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'idempotency-key-missing' });
  });
});

describe('a new group', () => {
  const group = { siteId, name: 'letters' };
  const command = () => surface.accepted[0]?.command;

  it('by itself is created', async () => {
    await surface.ask('POST', '/v1/protection-groups', { body: group });
    expect(command()).toMatchObject({
      action: 'CREATE_PROTECTION_GROUP',
      group: { name: 'letters' },
      input: null,
    });
  });

  it.each([
    { protectedInstances: [{ serverId: 's-1', name: 'one' }] },
    { replicationPairs: [{ volumeId: 'v', name: 'p', attachTo: { serverId: 's-1', device: '/dev/vdb' } }] },
    { recoveryPlan: { name: 'move-letters' } },
    { enableProtection: true },
  ])('with parts is provisioned: %j', async (parts) => {
    const { status } = await surface.ask('POST', '/v1/protection-groups', { body: { ...group, ...parts } });
    expect(status).toBe(202);
    expect(command()).toMatchObject({ action: 'PROVISION_PROTECTION_GROUP', targetNativeId: null });
    expect(command()?.group).toEqual({ name: 'letters' });
    expect(command()?.input).toEqual(parts);
  });
});

describe('an id', () => {
  it.each([
    ['PATCH', `${GROUP}/protected-instances/${other.siteId}.machine-1`],
    ['PATCH', `${GROUP}/protected-instances/machine-1`],
    ['PATCH', `/v1/protection-groups/nowhere.books/protected-instances/nowhere.machine-1`],
    ['PATCH', `${GROUP}/replication-pairs/${other.siteId}.pair-1`],
    ['PATCH', `${PLAN}/drills/${other.siteId}.d-1`],
    ['PATCH', `${PLAN}/recovery-steps/a%2Fb?workflow=TEST`],
    ['DELETE', `${SITE}/failed-tasks/a%20b`],
    ['DELETE', '/v1/sites/nowhere/failed-tasks'],
  ])('in the path of %s %s names nothing: 404', async (method, url) => {
    const { status, body } = await surface.ask(
      method,
      url,
      method === 'PATCH'
        ? { body: { name: 'n', ...(url.includes('recovery-steps') ? { expectedTitle: 't' } : {}) } }
        : {},
    );
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'not-found' });
    expect(body.detail).toMatch(/^There is no /);
  });

  it.each([
    [
      'PATCH',
      PLAN,
      { protectionGroupIds: [`${siteId}.books`, `${other.siteId}.books`] },
      '/protectionGroupIds/1',
    ],
    ['PATCH', PLAN, { protectionGroupIds: ['books'] }, '/protectionGroupIds/0'],
    [
      'PATCH',
      `${PLAN}/protected-instances/${siteId}.machine-1/recovery-settings`,
      { dependsOn: [`${other.siteId}.machine-2`] },
      '/dependsOn/0',
    ],
    ['POST', `${PAIR}/actions/detach`, { protectedInstanceId: 'machine-1' }, '/protectedInstanceId'],
  ])('in a body of %s %s %j is of that site, or a 400 that names it', async (method, url, body, pointer) => {
    const { status, body: problem } = await surface.ask(method, url, { body });
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid-request' });
    expect(problem.errors).toEqual([{ pointer, detail: expect.stringContaining(siteId) as string }]);
  });

  it('in a query is of that site, or a 400 that names it', async () => {
    const { status, body } = await surface.ask('DELETE', `${SITE}/failed-tasks?protectionGroupId=books`);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
    expect(body.errors).toMatchObject([{ parameter: 'protectionGroupId' }]);
  });
});

it.each([
  ['PATCH', PLAN, {}],
  ['PATCH', `${PLAN}/protected-instances/${siteId}.machine-1/recovery-settings`, {}],
  ['PATCH', `${PLAN}/recovery-steps/7?workflow=TEST`, { expectedTitle: 'Ask' }],
  ['POST', `${INSTANCE}/actions/resize`, {}],
])('%s %s with nothing to change is a 400', async (method, url, more) => {
  const { status, body } = await surface.ask(method, url, { body: { ...more, reason: 'none' } });
  expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
  expect(body.detail).toMatch(/^There is nothing to change: give /);
});

it('an answer to a prompt goes to the operation, with who gave it', async () => {
  const url = `/v1/operations/${siteId}.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e/input`;
  const { status } = await surface.ask('POST', url, { body: { promptId: 'p-1', answer: 'CONTINUE' } });
  expect(status).toBe(202);
  expect(surface.answered[0]).toEqual([`${siteId}.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e`, 'p-1', 'admin']);
  const wrong = await surface.ask('POST', url, { body: { promptId: 'p-1', answer: 'STOP' } });
  expect(wrong.body.errors).toMatchObject([{ pointer: '/answer' }]);
});
