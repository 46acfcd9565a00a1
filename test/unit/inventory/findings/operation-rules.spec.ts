import { operationConclusions } from '../../../../src/inventory/findings/rules/operation-rules.js';
import { at, operationIn } from '../../support/operation.js';

const ID = 'alpha.01900000-0000-7000-8000-000000000001';

it('an operation of which nobody knows what became links to its settlement', () => {
  const open = [operationIn('UNKNOWN', { evidence: 'Nothing speaks for it.', updatedTime: at(100) })];
  expect(operationConclusions(open)).toMatchObject([
    {
      type: 'OPERATION_UNKNOWN',
      severity: 'CRITICAL',
      target: { id: 'alpha.move-books' },
      detailKey: ID,
      text: expect.stringContaining('Nothing speaks for it.') as string,
      sinceTime: at(100),
      nextActions: [
        { method: 'GET', href: `/v1/operations/${ID}` },
        { method: 'POST', href: `/v1/operations/${ID}/resolution` },
      ],
    },
  ]);
});

it('every prompt that waits is told, with its own words and its own beginning', () => {
  const prompts = [
    { id: 'p-1', text: 'Is the line up?', raisedTime: at(20) },
    { id: 'p-2', text: 'And the other?', raisedTime: null },
  ];
  const open = [operationIn('WAITING_FOR_INPUT', { prompts, updatedTime: at(30) })];
  const all = operationConclusions(open);
  expect(all).toMatchObject([
    { type: 'PROMPT_WAITING', sinceTime: at(20), text: expect.stringContaining('Is the line up?') as string },
    { type: 'PROMPT_WAITING', sinceTime: at(30), text: expect.stringContaining('And the other?') as string },
  ]);
  expect(new Set(all.map(({ detailKey }) => detailKey)).size).toBe(2);
  expect(all[0]?.nextActions).toContainEqual({
    title: 'Answer the prompt',
    method: 'POST',
    href: `/v1/operations/${ID}/input`,
  });
});

it('one that does not move is told as stalled, never as failed', () => {
  const open = [operationIn('RUNNING', { stalled: true, progressTime: at(5) })];
  expect(operationConclusions(open)).toMatchObject([
    { type: 'OPERATION_STALLED', severity: 'WARNING', sinceTime: at(5) },
  ]);
});

it('whatever goes its way needs no look', () => {
  const open = (['PENDING', 'SUBMITTING', 'RUNNING', 'RECONCILING', 'CANCELLING'] as const).map((state) =>
    operationIn(state),
  );
  expect(operationConclusions(open)).toEqual([]);
});
