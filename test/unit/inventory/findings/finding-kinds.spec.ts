import {
  FINDING_TYPES,
  SEVERITIES,
  type FindingType,
  type Severity,
} from '../../../../src/domain/site-finding.js';
import { problem } from '../../../../src/domain/problem.js';
import { FINDING_KINDS } from '../../../../src/inventory/findings/finding-kinds.js';
import type { Conclusion } from '../../../../src/inventory/findings/finding.js';
import { concluded } from '../../../../src/inventory/findings/rules/index.js';
import { operationConclusions } from '../../../../src/inventory/findings/rules/operation-rules.js';
import { missedLook } from '../../../../src/inventory/findings/rules/site-rules.js';
import { DRIVERS } from '../../../../src/providers/drivers.js';
import { operationIn } from '../../support/operation.js';
import { drill, group, plan, survey } from '../../support/survey.js';

it('every kind is told about, in sentences', () => {
  expect(Object.keys(FINDING_KINDS).sort()).toEqual([...FINDING_TYPES].sort());
  for (const { meaning, severities, seenIn } of Object.values(FINDING_KINDS)) {
    expect(meaning).toMatch(/\.$/);
    expect(Object.keys(severities).length).toBeGreaterThan(0);
    for (const when of Object.values(severities)) expect(when).toMatch(/\.$/);
    expect(seenIn.length).toBeGreaterThan(0);
  }
});

/** Groups, plans and drills in every word that a driver knows, with whatever can be wrong with them. */
function everything(): Conclusion[] {
  return Object.values(DRIVERS).flatMap(({ descriptor }) => {
    const { states } = descriptor.lifecycle;
    const conditions = ['OLD_MACHINES_MAY_RUN', 'PARTIAL_DATA'].map((type) => ({ type, text: 'A text.' }));
    const groups = Object.entries(states.PROTECTION_GROUP).map(([word, { state }], i) =>
      group(`a.g${i}`, {
        state,
        upstream: { id: word, state: word },
        conditions,
        replicationProgressPercent: 40,
        replicationPairCount: 0,
        instanceCount: i % 2,
      }),
    );
    const implicit = !descriptor.capabilities.explicitPlans;
    const plans = Object.entries(states.RECOVERY_PLAN).map(([word, { state }], i) =>
      plan(`a.${implicit ? 'g' : 'p'}${i}`, {
        implicit,
        state,
        upstream: { id: word, state: word },
        conditions,
        protectionGroupIds: [`a.g${i}`],
      }),
    );
    const drills = (['ERROR', 'UNKNOWN'] as const).map((state) => drill(`a.${state}`, { state }));
    return concluded({ survey: survey({ groups, plans, drills }), descriptor });
  });
}

it('no rule uses a severity that its kind does not have', () => {
  const look = { siteId: 'a', siteName: 'A', problem: problem('upstream-unavailable', 'Away.'), now: 1e9 };
  const all = [
    ...everything(),
    ...operationConclusions([
      operationIn('UNKNOWN'),
      operationIn('RUNNING', { stalled: true }),
      operationIn('WAITING_FOR_INPUT', { prompts: [{ id: 'p', text: 'Well?', raisedTime: null }] }),
    ]),
    missedLook({ ...look, why: 'DOUBTED', sinceMs: 0 }),
    missedLook({ ...look, why: 'FAILED', sinceMs: 0 }),
    missedLook({ ...look, why: 'FAILED', sinceMs: look.now }),
  ];
  const used = new Set(all.map(({ type, severity }) => `${type} ${severity}`));
  const declared = FINDING_TYPES.flatMap((type: FindingType) =>
    SEVERITIES.filter((severity: Severity) => FINDING_KINDS[type].severities[severity] !== undefined).map(
      (severity) => `${type} ${severity}`,
    ),
  );
  expect([...used].filter((one) => !declared.includes(one))).toEqual([]);
  expect(used.size).toBeGreaterThan(10);
  for (const { text, remedy, target } of all) {
    expect(text).toMatch(/[.?!]$/);
    expect(remedy).toMatch(/\.$/);
    expect(target.name).not.toBe('');
  }
});
