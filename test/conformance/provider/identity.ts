import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { DR_ACTIONS } from '../../../src/domain/dr-action.js';
import { lifecycleFaults } from '../../../src/domain/lifecycle.js';
import { aHarness, declaredActions } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { Journey, patiently } from './journey.js';

/** What a driver says of itself is data, whole, and true. */
export function identityConcern(subject: ConformanceSubject): void {
  const { descriptor } = subject.factory;
  const { capabilities, lifecycle } = descriptor;

  describe('identity', () => {
    const harness = aHarness(subject);

    it('is called by the name of its folder', () => {
      expect(descriptor.provider).toBe(subject.name);
      expect(harness().createDriver().descriptor).toEqual(descriptor);
    });

    it('describes itself in plain JSON', () => {
      expect(JSON.parse(JSON.stringify(descriptor))).toEqual(descriptor);
    });

    it('does not change its description by being used', async () => {
      const before = JSON.stringify(descriptor);
      await new Journey(harness()).carryOut('FAILOVER');
      expect(JSON.stringify(descriptor)).toBe(before);
    });

    it('declares a lifecycle without holes', () => {
      expect(lifecycleFaults(lifecycle, (action) => ACTION_FACTS[action].targetType)).toEqual([]);
    });

    it('gives every action it names a row of the lifecycle', () => {
      const named = [...capabilities.cancellable, ...Object.keys(capabilities.options)];
      expect(declaredActions(subject)).toEqual(expect.arrayContaining(named));
      expect(DR_ACTIONS).toEqual(expect.arrayContaining(declaredActions(subject)));
    });

    it('has a call to cancel with exactly when it says that it can', () => {
      const driver = harness().createDriver();
      expect(typeof driver.cancelCall).toBe(capabilities.cancel ? 'function' : 'undefined');
      expect(capabilities.cancellable.length > 0).toBe(capabilities.cancel);
    });

    it('makes plans out of groups exactly when it has none of its own', async () => {
      const driver = harness().createDriver();
      const plans = await driver.listRecoveryPlans(patiently);
      const groups = await driver.listProtectionGroups(patiently);
      expect(plans.map((plan) => plan.implicit)).toEqual(plans.map(() => !capabilities.explicitPlans));
      if (!capabilities.explicitPlans)
        expect(plans.map(({ id }) => id).sort()).toEqual(groups.map(({ id }) => id).sort());
    });

    it('shows replication pairs exactly when it says that it has them', async () => {
      const driver = harness().createDriver();
      const groups = await driver.listProtectionGroups(patiently);
      const pairs = await Promise.all(
        groups.map((group) => driver.listReplicationPairs(group.upstream.id, patiently)),
      );
      expect(pairs.flat().length > 0).toBe(capabilities.replicationPairs);
    });

    it('is let in by the site', async () => {
      await expect(harness().createDriver().check(patiently)).resolves.toMatchObject({
        warnings: expect.any(Array) as string[],
      });
    });
  });
}
