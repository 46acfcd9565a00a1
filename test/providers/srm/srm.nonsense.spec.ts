import { Presets } from '../../../simulators/engine/presets.js';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import type { ProviderDriver, WatchedOperation } from '../../../src/providers/provider-driver.js';
import { command, cx, openGate } from './appliance.js';
import { SimulatedAppliance } from './simulated-appliance.js';

/** Lies of a simulated appliance, by their names there. */
describe('nonsense of a simulated SRM appliance', () => {
  let site: SimulatedAppliance;
  let driver: ProviderDriver;
  let truth: SiteSurvey;
  beforeEach(async () => {
    site = await SimulatedAppliance.open();
    driver = site.driver();
    truth = await driver.survey(cx());
  });
  afterEach(() => site.close());

  const lie = (preset: string): void =>
    void new Presets(site.sim).apply(preset, { path: '/(?:groups|plans)$' });

  it('is not there at first', () => {
    const { groups, plans } = site.sim.state;
    expect([truth.groups.length, truth.plans.length]).toEqual([groups.length, plans.length]);
    expect([truth.drills, truth.runs]).toEqual([[], []]);
  });

  it.each([
    ...['contradicting-duplicates', 'items-without-ids', 'items-with-gaps', 'half-page'],
    ...['lying-count', 'huge-body', 'html-in-200', 'truncated-json', 'empty-200', 'error-body-in-200'],
  ])('never becomes a survey: %s', async (preset) => {
    lie(preset);
    await expect(driver.survey(cx())).rejects.toMatchObject({ retry: 'TEMPORARY' });
    site.sim.faults.clear();
    await expect(driver.survey(cx())).resolves.toEqual(truth);
  });

  it('is seen through where a thing is said twice', async () => {
    lie('duplicate-ids');
    await expect(driver.survey(cx())).resolves.toEqual(truth);
  });

  it('is met by a new session where the lists of a dead one are empty', async () => {
    site.loseSessions();
    await expect(driver.survey(cx())).resolves.toEqual(truth);
  });

  it('leaves the words that are not known as they are', async () => {
    lie('unknown-words');
    const { plans } = await driver.survey(cx());
    expect(new Set(plans.map(({ state }) => state))).toEqual(new Set(['UNKNOWN']));
  });

  it('is a survey all the same where an appliance leaves out all that it may', async () => {
    Object.assign(site.sim.settings, { nullHeavy: true });
    const { groups, plans } = await driver.survey(cx());
    expect([groups.length, plans.length]).toEqual([truth.groups.length, truth.plans.length]);
  });

  it.each([
    ...['empty-lists', 'short-lists', 'half-page', 'items-with-gaps', 'items-without-ids'],
    ...['contradicting-duplicates', 'lying-count', 'unknown-words'],
  ])('says of no plan that it is gone, and of no run that it is over: %s', async (preset) => {
    const planId = site.plan('erp-plan');
    const call = site.run('erp-plan', 'recovery', { planned_failover: false, sync_data: false });
    const ref = await driver.start(call, openGate, cx());
    site.running.simulator.clock.advance(1_000);
    const watched: WatchedOperation = {
      operationId: 'op-1',
      command: command('FAILOVER', { targetNativeId: planId }),
      baseline: null,
      calls: [{ call, ref }],
    };
    const noticed: Partial<SiteSurvey>[] = [];
    lie(preset);
    const seen = await driver
      .observe([watched], { ...cx(), noticed: (lists) => void noticed.push(lists) })
      .catch(() => []);
    expect(seen.filter(({ resource }) => resource?.exists === false)).toEqual([]);
    expect(
      seen.flatMap(({ jobs }) => jobs).filter(({ state }) => state !== 'RUNNING' && state !== 'QUEUED'),
    ).toEqual([]);
    const isLieOfWords = preset === 'unknown-words' || preset === 'short-lists';
    if (!isLieOfWords) expect(noticed.flatMap(({ plans }) => plans ?? [])).toEqual([]);
  });

  it('is none where somebody runs a plan: the run is told', async () => {
    const call = site.run('erp-plan', 'test', { sync_data: false });
    await driver.start(call, openGate, cx());
    site.running.simulator.clock.advance(1_000);
    await expect(driver.survey(cx())).resolves.toMatchObject({
      runs: [{ action: 'START_DRILL', targetType: 'RECOVERY_PLAN', state: 'RUNNING', requestedBy: null }],
      drills: [{ state: 'STARTING' }],
    });
  });
});
