import { ApprovalPolicy, type ApprovalRule } from '../../../src/domain/access/approval-policy.js';
import {
  APPROVAL_LIFE,
  APPROVAL_STATES,
  approvalStateAt,
  changedApproval,
  type ApprovalChange,
} from '../../../src/domain/access/approval.js';
import { anApproval, ASKED_MS, MINUTE_MS } from './approvals.js';

const CHANGES: readonly ApprovalChange[] = [
  ...(['APPROVE', 'DECLINE', 'OVERRIDE'] as const).map((kind) => ({
    kind,
    by: 'grace',
    reason: 'because',
    grants: [],
  })),
  { kind: 'USE' },
  { kind: 'BEGIN', operationId: 'alpha.op' },
];
const WHILE_OPEN = ASKED_MS + MINUTE_MS;
const AFTERWARDS = ASKED_MS + 15 * MINUTE_MS;

describe('the life of an approval', () => {
  /** What each change makes of each state while it is open; '' = it is refused. */
  const TABLE = {
    REQUESTED: { APPROVE: 'APPROVED', OVERRIDE: 'APPROVED', DECLINE: 'DECLINED', USE: '', BEGIN: '' },
    APPROVED: { APPROVE: '', OVERRIDE: '', DECLINE: 'DECLINED', USE: 'USED', BEGIN: '' },
    DECLINED: { APPROVE: '', OVERRIDE: '', DECLINE: '', USE: '', BEGIN: '' },
    USED: { APPROVE: '', OVERRIDE: '', DECLINE: '', USE: 'USED', BEGIN: 'USED' },
  } as const;
  const rows = Object.entries(TABLE).flatMap(([state, row]) =>
    Object.entries(row).map(([change, to]) => [state, change, to] as const),
  );

  it.each(rows)('from %s by %s is "%s"', (state, kind, to) => {
    const change = CHANGES.find((one) => one.kind === kind);
    if (!change) throw new Error(`no such change: ${kind}`);
    const after = changedApproval(anApproval({ state: state as 'REQUESTED' }), change, WHILE_OPEN);
    expect(after?.state ?? '').toBe(to);
  });

  it('has no change that the table leaves out', () => {
    expect(Object.keys(APPROVAL_LIFE).sort()).toEqual(Object.keys(TABLE.USED).sort());
  });

  it.each(['REQUESTED', 'APPROVED', 'USED'] as const)('ends at its time, %s or not', (state) => {
    const approval = anApproval({ state });
    expect(approvalStateAt(approval, AFTERWARDS - 1)).toBe(state);
    expect(approvalStateAt(approval, AFTERWARDS)).toBe('EXPIRED');
    for (const change of CHANGES.filter(({ kind }) => kind !== 'BEGIN'))
      expect(changedApproval(approval, change, AFTERWARDS)).toBeNull();
  });

  it('does not end while what came of it is there, or once it was declined', () => {
    expect(approvalStateAt(anApproval({ state: 'USED', operationId: 'alpha.op' }), AFTERWARDS)).toBe('USED');
    expect(approvalStateAt(anApproval({ state: 'DECLINED' }), AFTERWARDS)).toBe('DECLINED');
  });

  it('takes down what came of it however late', () => {
    const change = { kind: 'BEGIN' as const, operationId: 'alpha.op' };
    expect(changedApproval(anApproval({ state: 'USED' }), change, AFTERWARDS)?.operationId).toBe('alpha.op');
  });

  it('keeps every word that was said, and when it was used first', () => {
    const [approve, decline, , use] = CHANGES as [
      ApprovalChange,
      ApprovalChange,
      ApprovalChange,
      ApprovalChange,
    ];
    const approved = changedApproval(anApproval(), approve, WHILE_OPEN);
    const declined = approved && changedApproval(approved, decline, WHILE_OPEN + 1);
    expect(declined?.decisions.map(({ kind }) => kind)).toEqual(['APPROVED', 'DECLINED']);
    const used = approved && changedApproval(approved, use, WHILE_OPEN);
    const again = used && changedApproval(used, use, WHILE_OPEN + 1_000);
    expect(again?.usedTime).toBe(new Date(WHILE_OPEN).toISOString());
  });

  it('knows no state but those that are shown', () => {
    const reached = Object.values(APPROVAL_LIFE).flatMap(({ from, to }) => [...from, to]);
    expect([...new Set([...reached, 'EXPIRED'])].sort()).toEqual([...APPROVAL_STATES].sort());
  });
});

describe('the policy', () => {
  const rule = (changes: Partial<ApprovalRule>): ApprovalRule => ({
    ...{ sites: '*', targets: '*', actions: '*', validMinutes: 15 },
    ...changes,
  });
  const minutes = (
    rules: ApprovalRule[],
    action = 'FAILOVER' as const,
    targetIds = ['alpha.plan', 'alpha.mail'],
  ) => new ApprovalPolicy(rules).validMinutes('alpha', action, targetIds);

  it('without a rule needs nobody', () => {
    expect(new ApprovalPolicy([]).mayConcern('alpha', 'FAILOVER')).toBe(false);
    expect(minutes([])).toBeNull();
  });

  it.each([
    ['everything', rule({}), 15],
    ['the site', rule({ sites: ['alpha'] }), 15],
    ['another site', rule({ sites: ['beta'] }), null],
    ['the plan', rule({ targets: ['alpha.plan'] }), 15],
    ['a group that it touches', rule({ targets: ['alpha.mail'] }), 15],
    ['another plan', rule({ targets: ['alpha.other'] }), null],
    ['the action', rule({ actions: ['FAILOVER', 'REPROTECT'] }), 15],
    ['another action', rule({ actions: ['PLANNED_FAILOVER'] }), null],
  ])('that names %s', (_what, one, expected) => {
    expect(minutes([one])).toBe(expected);
  });

  it('that names no action means what moves a workload, and nothing else', () => {
    const policy = new ApprovalPolicy([rule({})]);
    for (const action of ['FAILOVER', 'PLANNED_FAILOVER', 'REPROTECT'] as const)
      expect(policy.mayConcern('alpha', action)).toBe(true);
    for (const action of ['START_DRILL', 'DELETE_PROTECTION_GROUP'] as const)
      expect(policy.mayConcern('alpha', action)).toBe(false);
  });

  it('takes the shortest time of the rules that fit', () => {
    expect(
      minutes([
        rule({ validMinutes: 60 }),
        rule({ validMinutes: 5 }),
        rule({ sites: ['beta'], validMinutes: 1 }),
      ]),
    ).toBe(5);
  });
});
