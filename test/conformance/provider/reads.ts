import type { TargetType } from '../../../src/domain/dr-action.js';
import { parsePublicId, publicId } from '../../../src/domain/ids.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { added, aHarness, errorOf } from './expectations.js';
import type { ConformanceSubject } from './harness.js';
import { patiently } from './journey.js';

/** More than a page of any upstream holds. */
const CROWD = 1_050;

const WORD_OF_TOMORROW = 'a-word-of-tomorrow';

/** What a site holds is read whole, under ids that last, in words that are kept. */
export function readsConcern(subject: ConformanceSubject): void {
  const { states } = subject.factory.descriptor.lifecycle;

  describe('reads', () => {
    const harness = aHarness(subject);

    it('lists every group and every plan once, and finds each of them again by its id', async () => {
      const driver = harness().createDriver();
      for (const type of ['PROTECTION_GROUP', 'RECOVERY_PLAN'] as const) {
        const listed = await listOf(driver, type);
        const ids = listed.map((resource) => resource.id);
        expect(ids.length).toBeGreaterThan(0);
        expect(new Set(ids).size).toBe(ids.length);
        for (const resource of listed) {
          const found = await getOf(driver, type, resource.upstream.id);
          expect(found).toMatchObject({ id: resource.id, name: resource.name, state: resource.state });
        }
      }
    });

    it('lists a site whole that takes several pages to tell', async () => {
      const crowd = harness().crowd(CROWD);
      const driver = harness().createDriver();
      const plans = (await listOf(driver, 'RECOVERY_PLAN')).map(({ upstream }) => upstream.id);
      expect(plans).toEqual(expect.arrayContaining([...crowd]));
      expect(new Set(plans).size).toBe(plans.length);
      const groups = (await listOf(driver, 'PROTECTION_GROUP')).map(({ id }) => id);
      expect(groups.length).toBeGreaterThanOrEqual(CROWD);
      expect(new Set(groups).size).toBe(groups.length);
    });

    it('gives out public ids that lead back to the upstream', async () => {
      const driver = harness().createDriver();
      const groups = await listOf(driver, 'PROTECTION_GROUP');
      for (const { id, siteId, provider, upstream } of [
        ...groups,
        ...(await listOf(driver, 'RECOVERY_PLAN')),
      ]) {
        expect(provider).toBe(subject.name);
        expect(parsePublicId(id)).toEqual({ siteId, nativeId: upstream.id });
        expect(publicId(siteId, upstream.id)).toBe(id);
      }
    });

    it('gives the same ids to another instance, at another time', async () => {
      const ids = async (): Promise<string[]> => {
        const driver = harness().createDriver();
        const all = [
          ...(await listOf(driver, 'PROTECTION_GROUP')),
          ...(await listOf(driver, 'RECOVERY_PLAN')),
        ];
        return all.map(({ id }) => id).sort();
      };
      const before = await ids();
      harness().advance(harness().longestWorkMs);
      expect(await ids()).toEqual(before);
    });

    it('ties plans, groups and what they hold together', async () => {
      const driver = harness().createDriver();
      const { targetId } = harness().stage('FAILOVER');
      const plan = await driver.getRecoveryPlan(targetId ?? '', patiently);
      const groups = await driver.listGroupsOfPlan(plan.upstream.id, patiently);
      expect(groups.map(({ id }) => id).sort()).toEqual([...(plan.protectionGroupIds ?? [])].sort());
      for (const group of groups) {
        const instances = await driver.listProtectedInstances(group.upstream.id, patiently);
        expect(instances.length).toBeGreaterThan(0);
        expect(instances.map((instance) => instance.protectionGroupId)).toEqual(
          instances.map(() => group.id),
        );
        const plans = await driver.listPlansOfGroup(group.upstream.id, patiently);
        expect(plans.map(({ id }) => id)).toContain(plan.id);
      }
    });

    it('offers what a new group may be made of', async () => {
      const options = await harness().createDriver().creationOptions(patiently);
      expect(JSON.parse(JSON.stringify(options))).toEqual(options);
    });

    it.each(['PROTECTION_GROUP', 'RECOVERY_PLAN'] as const)(
      'says NOT_FOUND of an absent %s',
      async (type) => {
        const error = await errorOf(getOf(harness().createDriver(), type, harness().absentId(type)));
        expect(error).toMatchObject({ kind: 'NOT_FOUND', retry: 'PERMANENT', delivery: null });
      },
    );

    it.each(['PROTECTION_GROUP', 'RECOVERY_PLAN'] as const)(
      'translates every known word of a %s and keeps it',
      async (type) => {
        const driver = harness().createDriver();
        const id = targetOf(type);
        for (const [word, { state }] of Object.entries(states[type])) {
          await harness().setState(type, id, word);
          expect(await getOf(driver, type, id)).toMatchObject({ state, upstream: { state: word } });
        }
      },
    );

    it.each(['PROTECTION_GROUP', 'RECOVERY_PLAN'] as const)(
      'takes an unknown word of a %s for UNKNOWN and keeps it',
      async (type) => {
        const driver = harness().createDriver();
        const id = targetOf(type);
        await harness().setState(type, id, WORD_OF_TOMORROW);
        const expected = { state: 'UNKNOWN', upstream: { state: WORD_OF_TOMORROW } };
        expect(await getOf(driver, type, id)).toMatchObject(expected);
        const listed = (await listOf(driver, type)).find((resource) => resource.upstream.id === id);
        expect(listed).toMatchObject(expected);
      },
    );

    it('changes nothing by reading', async () => {
      const driver = harness().createDriver();
      const changes = await added(
        () => harness().stateChangingRequests(),
        async () => {
          for (const group of await listOf(driver, 'PROTECTION_GROUP')) {
            await driver.listProtectedInstances(group.upstream.id, patiently);
            await driver.listReplicationPairs(group.upstream.id, patiently);
          }
          for (const plan of await listOf(driver, 'RECOVERY_PLAN')) {
            await driver.listDrills(plan.upstream.id, patiently);
          }
        },
      );
      expect(changes).toBe(0);
    });

    function targetOf(type: TargetType): string {
      const action = type === 'RECOVERY_PLAN' ? 'FAILOVER' : 'DISABLE_PROTECTION';
      return harness().stage(action).targetId ?? '';
    }
  });
}

function listOf(driver: ProviderDriver, type: TargetType) {
  return type === 'RECOVERY_PLAN'
    ? driver.listRecoveryPlans(patiently)
    : driver.listProtectionGroups(patiently);
}

function getOf(driver: ProviderDriver, type: TargetType, nativeId: string) {
  return type === 'RECOVERY_PLAN'
    ? driver.getRecoveryPlan(nativeId, patiently)
    : driver.getProtectionGroup(nativeId, patiently);
}
