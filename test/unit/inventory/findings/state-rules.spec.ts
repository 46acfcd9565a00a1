import type { Conclusion } from '../../../../src/inventory/findings/finding.js';
import { concluded } from '../../../../src/inventory/findings/rules/index.js';
import { memoryDescriptor } from '../../../../src/providers/memory/memory.descriptor.js';
import type { ProviderDescriptor } from '../../../../src/providers/provider-driver.js';
import { sdrsDescriptor } from '../../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../../src/providers/srm/srm.descriptor.js';
import type { ProtectionState } from '../../../../src/domain/inventory.js';
import { meaningOf } from '../../../../src/domain/lifecycle.js';
import { drill, group, plan, survey } from '../../support/survey.js';

type Kind = 'PROTECTION_GROUP' | 'RECOVERY_PLAN' | 'DRILL';

function stateOf(descriptor: ProviderDescriptor, kind: Kind, word: string): ProtectionState {
  return meaningOf(descriptor.lifecycle, kind, word).state;
}

/** A group that is a plan of its own. */
function implicit(word: string, more: object = {}): Conclusion[] {
  const state = stateOf(sdrsDescriptor, 'PROTECTION_GROUP', word);
  const upstream = { id: 'g', state: word };
  const groups = [group('a.g', { name: 'erp', state, upstream, ...more })];
  const plans = [
    plan('a.g', { name: 'erp', state, upstream, implicit: true, protectionGroupIds: ['a.g'], ...more }),
  ];
  return concluded({ survey: survey({ groups, plans }), descriptor: sdrsDescriptor });
}

function ofPlan(word: string, descriptor = srmDescriptor): Conclusion[] {
  const state = stateOf(descriptor, 'RECOVERY_PLAN', word);
  const plans = [plan('a.p', { name: 'erp-plan', state, upstream: { id: 'p', state: word } })];
  return concluded({ survey: survey({ plans }), descriptor });
}

const told = (all: Conclusion[]) =>
  all.map(({ type, severity, target, nextActions }) => ({
    is: `${severity} ${type} of ${target.type} ${target.id}`,
    links: nextActions.map(({ method = '', href = '' }) => `${method} ${href}`),
  }));

it.each(['protected', 'available', 'reversing', 'failing-over', 'creating'])(
  'a group that is %s needs no look',
  (word) => {
    expect(implicit(word)).toEqual([]);
  },
);

it('what moved is to be reprotected, with the link that does it', () => {
  expect(told(implicit('failed-over'))).toEqual([
    {
      is: 'WARNING REPROTECT_DUE of RECOVERY_PLAN a.g',
      links: ['POST /v1/recovery-plans/a.g/actions/reprotect'],
    },
  ]);
  expect(told(ofPlan('RECOVERY_COMPLETE'))).toEqual([
    {
      is: 'WARNING REPROTECT_DUE of RECOVERY_PLAN a.p',
      links: ['POST /v1/recovery-plans/a.p/actions/reprotect'],
    },
  ]);
});

it.each([
  ['error-reversing', 'CRITICAL', 'RECOVERY_PLAN', 'recovery-plans/a.g/actions/planned-failover'],
  ['error-failing-over', 'CRITICAL', 'RECOVERY_PLAN', 'recovery-plans/a.g/actions/failover'],
  ['error-reprotecting', 'CRITICAL', 'RECOVERY_PLAN', 'recovery-plans/a.g/actions/reprotect'],
  ['error-starting', 'WARNING', 'PROTECTION_GROUP', 'protection-groups/a.g/actions/enable-protection'],
  ['error-stopping', 'WARNING', 'PROTECTION_GROUP', 'protection-groups/a.g/actions/disable-protection'],
])('%s is an action that stopped half way: %s, and it can be run again', (word, severity, type, href) => {
  const [one, ...more] = told(implicit(word));
  expect(more).toEqual([]);
  expect(one).toEqual({
    is: `${severity} INCOMPLETE_ACTION of ${type} a.g`,
    links: expect.arrayContaining([`POST /v1/${href}`]) as string[],
  });
});

it('what can only be deleted says so', () => {
  expect(told(implicit('error'))).toEqual([
    {
      is: 'WARNING INCOMPLETE_ACTION of PROTECTION_GROUP a.g',
      links: ['DELETE /v1/protection-groups/a.g'],
    },
  ]);
});

it('a plan that is in error by no action of ours is a fault of the upstream', () => {
  expect(told(ofPlan('DIRECTION_ERROR'))).toMatchObject([
    { is: 'CRITICAL UPSTREAM_ISSUE of RECOVERY_PLAN a.p' },
  ]);
});

it('a plan that stopped half way tells it for its groups', () => {
  const groups = [group('a.g', { state: 'INCOMPLETE', upstream: { id: 'g', state: 'PARTIALLY_RECOVERED' } })];
  const plans = [plan('a.p', { state: 'INCOMPLETE', upstream: { id: 'p', state: 'INCOMPLETE_RECOVERY' } })];
  const all = concluded({ survey: survey({ groups, plans }), descriptor: srmDescriptor });
  expect(told(all)).toEqual([
    {
      is: 'CRITICAL INCOMPLETE_ACTION of RECOVERY_PLAN a.p',
      links: [
        'POST /v1/recovery-plans/a.p/actions/planned-failover',
        'POST /v1/recovery-plans/a.p/actions/failover',
      ],
    },
  ]);
});

it.each([
  ['that holds others', { protectionGroupIds: ['a.other'] }],
  ['that tells none, while another plan holds it', { protectionGroupIds: null }],
])('a group is not silenced by a plan in the same state %s', (_which, more) => {
  const groups = [group('a.g', { state: 'INCOMPLETE', upstream: { id: 'g', state: 'PARTIALLY_RECOVERED' } })];
  const upstream = { id: 'p', state: 'INCOMPLETE_RECOVERY' };
  const plans = [
    plan('a.p', { state: 'INCOMPLETE', upstream, ...more }),
    plan('a.q', { state: 'PROTECTED', protectionGroupIds: more.protectionGroupIds ? [] : ['a.g'] }),
  ];
  const all = concluded({ survey: survey({ groups, plans }), descriptor: srmDescriptor });
  expect(all.map(({ target }) => target.id).sort()).toContain('a.g');
});

it('a group that stopped while no plan did is told by itself', () => {
  const groups = [group('a.g', { state: 'INCOMPLETE', upstream: { id: 'g', state: 'PARTIALLY_RECOVERED' } })];
  const all = concluded({ survey: survey({ groups, plans: [plan('a.p')] }), descriptor: srmDescriptor });
  expect(told(all)).toMatchObject([{ is: 'WARNING INCOMPLETE_ACTION of PROTECTION_GROUP a.g' }]);
});

it('a word that is not known is told, one that passes by itself is not', () => {
  expect(told(implicit('brand-new-word'))).toMatchObject([
    { is: 'WARNING UNKNOWN_STATE of PROTECTION_GROUP a.g', links: [] },
  ]);
  expect(implicit('brand-new-word')[0]?.text).toContain('"brand-new-word"');
  const loading = group('a.g', { state: 'UNKNOWN', upstream: { id: 'g', state: 'LOADING' } });
  expect(concluded({ survey: survey({ groups: [loading] }), descriptor: srmDescriptor })).toEqual([]);
});

it('a plan that waits for a person links to its prompt, an empty one to its change', () => {
  expect(told(ofPlan('WAITING_FOR_USER_INPUT'))).toEqual([
    { is: 'WARNING PROMPT_WAITING of RECOVERY_PLAN a.p', links: ['GET /v1/recovery-plans/a.p/prompts'] },
  ]);
  expect(told(ofPlan('NO_PROTECTION_GROUPS'))).toEqual([
    { is: 'INFO NOT_RECOVERABLE of RECOVERY_PLAN a.p', links: ['PATCH /v1/recovery-plans/a.p'] },
  ]);
});

describe('a drill', () => {
  const plans = [plan('a.g', { implicit: true, protectionGroupIds: ['a.g'] })];
  const broken = drill('a.d', {
    recoveryPlanId: 'a.g',
    state: 'ERROR',
    upstream: { id: 'd', state: 'error-deleting' },
  });

  it('in error is to be cleaned up', () => {
    const all = concluded({ survey: survey({ plans, drills: [broken] }), descriptor: sdrsDescriptor });
    expect(told(all)).toEqual([
      {
        is: 'WARNING INCOMPLETE_ACTION of DRILL a.d',
        links: ['POST /v1/recovery-plans/a.g/actions/clean-up-drill'],
      },
    ]);
  });

  it('that is only a state of its plan is told once, by the plan', () => {
    const littered = plan('a.p', { state: 'INCOMPLETE', upstream: { id: 'p', state: 'littered' } });
    const drills = [{ ...broken, recoveryPlanId: 'a.p' }];
    const all = concluded({ survey: survey({ plans: [littered], drills }), descriptor: memoryDescriptor });
    expect(told(all)).toEqual([
      {
        is: 'WARNING INCOMPLETE_ACTION of RECOVERY_PLAN a.p',
        links: ['POST /v1/recovery-plans/a.p/actions/clean-up-drill'],
      },
    ]);
  });
});
