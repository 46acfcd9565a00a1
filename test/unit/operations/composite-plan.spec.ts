import type { ActionInputs } from '../../../src/domain/action-inputs.js';
import { commandOfStep, reasonToSkip } from '../../../src/domain/operation-composite.js';
import type { CompositeStep } from '../../../src/domain/operation.js';
import { compositePlan } from '../../../src/operations/composite-plan.js';
import { command } from '../support/operation.js';

const WISH: ActionInputs['PROVISION_PROTECTION_GROUP'] = {
  protectedInstances: [{ serverId: 's1', name: 'One' }, { serverId: 's2' }],
  replicationPairs: [
    { volumeId: 'v1', name: 'Data', attachTo: { serverId: 's2', device: '/dev/vdb' } },
    { volumeId: 'v2', name: 'Logs' },
  ],
  recoveryPlan: { name: 'Plan' },
  enableProtection: true,
};

function steps(input: ActionInputs['PROVISION_PROTECTION_GROUP'] = WISH): CompositeStep[] {
  const group = { name: 'Harbour', protectedVcenterId: 'vc' };
  const asked = command({ action: 'PROVISION_PROTECTION_GROUP', targetNativeId: null, group, input });
  return (compositePlan(asked) ?? []).map(({ step }) => step);
}

/** As if these had gone well, and made something called by their place. */
function done(all: CompositeStep[], ...indexes: number[]): CompositeStep[] {
  return all.map((step, i) =>
    indexes.includes(i)
      ? { ...step, state: 'SUCCEEDED', createdNativeId: `made-${i}` }
      : { ...step, state: step.state === 'PENDING' && i < Math.max(...indexes) ? 'FAILED' : step.state },
  );
}

describe('the plan of a composite', () => {
  it('is the group, instances, pairs and their attachments, the plan, and protection last', () => {
    expect(steps().map(({ title, takes }) => [title, takes])).toEqual([
      ['Create protection group Harbour', {}],
      ['Protect instance One', { target: 0 }],
      ['Protect instance s2', { target: 0 }],
      ['Create replication pair Data', { target: 0 }],
      ['Attach replication pair Data', { target: 0, part: 3, protectedInstance: 2 }],
      ['Create replication pair Logs', { target: 0 }],
      ['Create recovery plan Plan', { protectionGroup: 0 }],
      ['Enable protection', { target: 0 }],
    ]);
  });

  it('is nothing but the group where nothing else is asked for, and none for other actions', () => {
    expect(steps({ enableProtection: false }).map(({ title }) => title)).toEqual([
      'Create protection group Harbour',
    ]);
    expect(compositePlan(command())).toBeNull();
  });

  it('lets each step act upon what those before it made', () => {
    const all = done(steps(), 0, 1, 2, 3, 4, 5);
    expect(commandOfStep(all, 1)).toMatchObject({ targetNativeId: 'made-0', input: { serverId: 's1' } });
    expect(commandOfStep(all, 4)).toMatchObject({
      action: 'ATTACH_REPLICATION_PAIR',
      targetNativeId: 'made-0',
      partNativeId: 'made-3',
      input: { protectedInstanceId: 'made-2', device: '/dev/vdb' },
    });
    expect(commandOfStep(all, 6)).toMatchObject({
      targetNativeId: null,
      input: { name: 'Plan', protectionGroupIds: ['made-0'], protectedVcenterId: 'vc' },
    });
    expect(commandOfStep(all, 7)).toMatchObject({ targetNativeId: 'made-0', input: null });
    expect(commandOfStep(steps(), 1)).toBeNull();
  });

  it('leaves out what needs something that was not made, and goes on with the rest', () => {
    const all = done(steps(), 0, 3);
    expect(reasonToSkip(all, 4)).toContain('Protect instance s2');
    expect([reasonToSkip(all, 5), reasonToSkip(all, 6), reasonToSkip(all, 7)]).toEqual([null, null, null]);
  });

  it('leaves out enabling when nothing was put into the group, unless nothing was to be', () => {
    expect(reasonToSkip(done(steps(), 0, 6), 7)).toContain('Nothing was put');
    expect(reasonToSkip(done(steps({ enableProtection: true }), 0), 1)).toBeNull();
  });

  it('leaves out what acts upon something whose id could not be told', () => {
    const all = steps().map((step): CompositeStep => ({ ...step, state: 'SUCCEEDED' }));
    expect(reasonToSkip(all, 1)).toContain('could not be told');
  });
});
