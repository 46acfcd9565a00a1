import { namingNoOther, UnseenOperations } from '../../../src/api/access/unseen-operations.js';
import { Scope } from '../../../src/domain/access/scope.js';
import { heldText } from '../../../src/domain/allowed-actions.js';
import type { Operation } from '../../../src/domain/operation.js';
import type { ProblemError } from '../../../src/domain/problem.js';
import type { OperationStore } from '../../../src/operations/operation-store.js';
import { busy } from '../../../src/operations/refusals.js';
import { operation } from '../support/operation.js';

const SEEN_ID = 'alpha.0190a5f0-0000-7000-8000-00000000000a';
const HIDDEN_ID = 'alpha.0190a5f0-0000-7000-8000-00000000000b';
const ELSEWHERE_ID = 'beta.0190a5f0-0000-8000-8000-00000000000c';
const GONE_ID = 'alpha.0190a5f0-0000-7000-8000-00000000000d';
const PART = Scope.of(['gamma'], new Map([['alpha', ['alpha.books']]]));

const of = (id: string, target: string): [string, Operation] => [
  id,
  operation({ id, target: { type: 'RECOVERY_PLAN', id: target, name: 'It' }, lockedGroupIds: [] }),
];
const records = new Map([of(SEEN_ID, 'alpha.books'), of(HIDDEN_ID, 'alpha.payroll')]);
const looked: string[] = [];
const store = {
  find: (id: string) => {
    looked.push(id);
    return id === GONE_ID ? Promise.reject(new Error('away')) : Promise.resolve(records.get(id) ?? null);
  },
} as unknown as OperationStore;
const unseen = new UnseenOperations(store);

beforeEach(() => {
  looked.length = 0;
});

it('who sees all is told the very same, and nothing is looked at', async () => {
  const value = { parentId: HIDDEN_ID };
  expect(await unseen.hidden(value, Scope.ALL)).toBe(value);
  expect(looked).toEqual([]);
});

it('what names only what is seen is the very same', async () => {
  const value = { items: [{ parentId: SEEN_ID, text: `Operation ${SEEN_ID} holds it.` }] };
  expect(await unseen.hidden(value, PART)).toBe(value);
});

it('what belongs to a site that is seen as a whole is not looked at, nor what belongs to one that is not seen', async () => {
  const id = ELSEWHERE_ID.replace('beta', 'gamma');
  expect(await unseen.hidden({ id, other: ELSEWHERE_ID }, PART)).toEqual({ id, other: null });
  expect(looked).toEqual([]);
});

it.each([
  [`Operation ${HIDDEN_ID} began.`, 'Another operation began.'],
  [`It waits for operation ${HIDDEN_ID}.`, 'It waits for another operation.'],
  [`${HIDDEN_ID} and ${SEEN_ID}`, `another operation and ${SEEN_ID}`],
  [heldText(HIDDEN_ID, null), 'Another operation holds a protection group that this action touches.'],
  [
    heldText(HIDDEN_ID, 'olga, of the night shift'),
    'Another operation holds a protection group that this action touches.',
  ],
  [
    heldText(HIDDEN_ID, 'outside the gateway'),
    'Another operation holds a protection group that this action touches.',
  ],
  [heldText(SEEN_ID, 'olga'), heldText(SEEN_ID, 'olga')],
])('a sentence says that it is another one: %s', async (text, told) => {
  expect(await unseen.hidden({ text }, PART)).toEqual({ text: told });
});

it('an id alone is null, a path is left out, and so is what leads there', async () => {
  const value = {
    operationId: HIDDEN_ID,
    steps: [{ operationId: SEEN_ID }, { operationId: ELSEWHERE_ID }],
    links: { self: `/v1/operations/${SEEN_ID}`, holder: `/v1/operations/${HIDDEN_ID}` },
    nextActions: [
      { title: 'Look', method: 'GET', href: `/v1/operations/${HIDDEN_ID}` },
      { title: 'Run REPROTECT', method: 'POST', href: '/v1/recovery-plans/alpha.payroll/actions/reprotect' },
      { title: 'Run REPROTECT', method: 'POST', href: '/v1/recovery-plans/alpha.books/actions/reprotect' },
    ],
  };
  expect(await unseen.hidden(value, PART)).toEqual({
    operationId: null,
    steps: [{ operationId: SEEN_ID }, { operationId: null }],
    links: { self: `/v1/operations/${SEEN_ID}` },
    nextActions: [
      { title: 'Run REPROTECT', method: 'POST', href: '/v1/recovery-plans/alpha.books/actions/reprotect' },
    ],
  });
});

it('next actions are looked through also where no operation is named', async () => {
  const nextActions = [
    { title: 'Run FAILOVER', href: '/v1/protection-groups/alpha.payroll/actions/failover' },
  ];
  expect(await unseen.hidden({ nextActions }, PART)).toEqual({ nextActions: [] });
});

it('what cannot be looked at is not named; what is no operation is', async () => {
  const nobodys = 'alpha.0190a5f0-0000-7000-8000-0000000000ff';
  expect(await unseen.hidden([GONE_ID, nobodys], PART)).toEqual([null, nobodys]);
});

it('a group that is busy is said to be, and by whom only to who sees that', async () => {
  const told = async (id: string): Promise<ProblemError> =>
    (await unseen.hiddenError(busy(id, 'olga'), PART)) as ProblemError;
  const hidden = await told(HIDDEN_ID);
  expect(hidden.problem).toMatchObject({
    code: 'operation-in-progress',
    status: 409,
    detail: 'Another operation holds a protection group that this action touches.',
    nextActions: [],
  });
  expect(hidden.headers).toEqual({ 'retry-after': '10' });
  expect(JSON.stringify(hidden)).not.toMatch(/olga|00000000000b/);
  const seen = await told(SEEN_ID);
  expect(seen.problem).toEqual(busy(SEEN_ID, 'olga').problem);
  expect(seen.headers).toEqual(busy(SEEN_ID, 'olga').headers);
});

it('whatever is no problem of ours is thrown on as it is', async () => {
  const error = new Error(`about ${HIDDEN_ID}`);
  expect(await unseen.hiddenError(error, PART)).toBe(error);
  const bytes = Buffer.from(HIDDEN_ID);
  expect(await unseen.hidden(bytes, PART)).toBe(bytes);
});

it('an event of one operation names no other one, whatever is known of it', () => {
  const event = { subject: SEEN_ID, data: { operationId: SEEN_ID, text: `${HIDDEN_ID} begins it.` } };
  expect(JSON.parse(namingNoOther(JSON.stringify(event), SEEN_ID))).toEqual({
    subject: SEEN_ID,
    data: { operationId: SEEN_ID, text: 'another operation begins it.' },
  });
});
