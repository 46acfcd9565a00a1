import type { DrAction } from '../../../src/domain/dr-action.js';
import type { RecoveryWorkflow } from '../../../src/domain/action-inputs.js';
import { addStepCall } from '../../../src/providers/srm/preparing/srm.step-calls.js';
import { INSTANCE_STATES } from '../../../src/providers/srm/lifecycle/srm.vm-states.js';
import { closeSrm, type Standpoint } from '../../conformance/matrix/srm.scene.js';
import { change, pinned, type Step } from '../../conformance/matrix/srm.steps.js';
import { groupWays, PLAN, PLAN_WAYS } from '../../conformance/matrix/srm.ways.js';
import { walkParts, type Circumstance, type PartCell, type PartDeed } from './parts-plane.js';

const VC_A = '11111111-aaaa-4aaa-8aaa-111111111111';
const machine = (number: number): string => `VirtualMachine:vm-${number}:${VC_A}`;
/** In the plan by a group that no other plan turns round. */
const MAIL = machine(34);
const [ARCHIVE_1, ARCHIVE_2] = [machine(35), machine(36)];
const CANDIDATE = machine(37);

const stepInto = (workflow: RecoveryWorkflow): PartDeed => {
  const input = { workflow, type: 'PROMPT' as const, name: 'Wait', content: 'Go on?' };
  return {
    name: `a step more in ${workflow}`,
    action: 'ADD_RECOVERY_STEP',
    input,
    byHand: (planId) => addStepCall({ planId, workflow }, input, []),
  };
};

const ON_PLANS: PartDeed[] = [
  { name: 'rename', action: 'UPDATE_RECOVERY_PLAN', input: { name: 'renamed' } },
  { name: 'delete', action: 'DELETE_RECOVERY_PLAN' },
  ...(['TEST', 'RECOVERY', 'CLEAN_UP', 'REPROTECT'] as const).map(stepInto),
  {
    name: 'priority',
    action: 'UPDATE_RECOVERY_SETTINGS',
    partNativeId: MAIL,
    input: { priority: 1 },
  },
  {
    name: 'mixture of settings',
    action: 'UPDATE_RECOVERY_SETTINGS',
    partNativeId: MAIL,
    input: { priority: 1, startupTimeoutSeconds: 60 },
  },
];

const ON_MACHINES: PartDeed[] = [
  { name: 'remove', action: 'REMOVE_PROTECTED_INSTANCE', partNativeId: ARCHIVE_1 },
  { name: 'protect', action: 'ENABLE_INSTANCE_PROTECTION', partNativeId: ARCHIVE_2 },
  { name: 'unprotect', action: 'DISABLE_INSTANCE_PROTECTION', partNativeId: ARCHIVE_1 },
];
const ON_GROUPS: PartDeed[] = [
  { name: 'restore', action: 'RESTORE_PLACEHOLDERS' },
  { name: 'add', action: 'ADD_PROTECTED_INSTANCE', input: { serverId: CANDIDATE } },
  ...ON_MACHINES,
];

const SESSIONS: [name: string, standpoint: Standpoint][] = [
  ['remote session present', { at: 'a', remote: 'PRESENT' }],
  ['remote session lost, but renewable', { at: 'a', remote: 'KILLED' }],
  ['remote login refused', { at: 'a', remote: 'REFUSED' }],
  ['recovery site down', { at: 'a', remote: 'PRESENT', farSiteDown: true }],
];
const FROM_B: [name: string, standpoint: Standpoint][] = [
  ['asked at the recovery site', { at: 'b', remote: 'PRESENT' }],
  ['protected site down', { at: 'b', remote: 'NEVER', farSiteDown: true }],
];

/** One machine in a word, in a group that shows each of the states in which it might be changed. */
function machineWays(word: string): Record<string, readonly Step[]> {
  const isIn: Step = change(({ vms }) => {
    for (const vm of vms) if (vm.name === 'archive-1') vm.protection = word;
  });
  return Object.fromEntries(
    ['OK', 'NOT_CONFIGURED', 'RECOVERED', 'TESTING'].map((status) => [
      status,
      [isIn, pinned('groups', 'archive', status)],
    ]),
  );
}

const onOne: PartDeed[] = ON_MACHINES.map((deed) => ({ ...deed, partNativeId: ARCHIVE_1 }));

const CIRCUMSTANCES: Circumstance[] = [
  ...[...SESSIONS, ...FROM_B].map(([name, standpoint]) => ({
    name: `plan, ${name}`,
    target: { place: 'plans' as const, name: PLAN, ways: PLAN_WAYS },
    standpoint,
    deeds: ON_PLANS,
  })),
  ...SESSIONS.map(([name, standpoint]) => ({
    name: `group, ${name}`,
    target: { place: 'groups' as const, name: 'archive', ways: groupWays('archive', 'archive-plan') },
    standpoint,
    deeds: ON_GROUPS,
  })),
  ...[...Object.keys(INSTANCE_STATES), 'HIBERNATING'].map((word) => ({
    name: `machine in ${word}`,
    target: { place: 'groups' as const, name: 'archive', ways: machineWays(word) },
    standpoint: { at: 'a' as const, remote: 'PRESENT' as const },
    deeds: onOne,
  })),
];

interface Choice {
  actions: readonly DrAction[];
  /** Parts of the state's name, or of the reason given. */
  fits: (cell: PartCell) => boolean;
  section: string;
  reason: string;
}

const VM_ACTIONS: readonly DrAction[] = [
  ...(['REMOVE_PROTECTED_INSTANCE', 'ENABLE_INSTANCE_PROTECTION', 'DISABLE_INSTANCE_PROTECTION'] as const),
];
const inState =
  (...states: string[]) =>
  ({ state }: PartCell): boolean =>
    states.includes(state);
const machineIn =
  (...words: string[]) =>
  ({ circumstance }: PartCell): boolean =>
    words.some((word) => circumstance === `machine in ${word}`);

/** Where the gateway refuses by choice what the simulator takes. */
const STRICTER: readonly Choice[] = [
  {
    actions: ['DELETE_RECOVERY_PLAN'],
    fits: inState(
      ...['RECOVERY_COMPLETE', 'DISASTER_RECOVERY_COMPLETE', 'RECOVERY_SPLIT_BRAIN', 'INCOMPLETE_RECOVERY'],
      ...['RECOVERY_INTERRUPTED', 'PARTIAL_RECOVERY', 'INCOMPLETE_REPROTECT', 'REPROTECT_INTERRUPTED'],
      ...['PARTIAL_REPROTECT', 'PROTECTION_GROUPS_IN_USE', 'RECOVERY_STARTED'],
    ),
    section: '4.3, column "Pushable"; 4.1 [I]',
    reason: 'A plan that has moved something is the way back; one whose groups are in use is let be.',
  },
  {
    actions: ['DELETE_RECOVERY_PLAN', 'UPDATE_RECOVERY_SETTINGS'],
    fits: inState('UNKNOWN_STATE', 'HIBERNATING', 'RECOVERY_STARTED'),
    section: '4.3 [I]',
    reason: 'An unknown value is never taken for an idle one.',
  },
  {
    actions: ['UPDATE_RECOVERY_SETTINGS'],
    fits: inState(
      ...['TEST_IN_PROGRESS', 'CLEANUP_IN_PROGRESS', 'RECOVERY_IN_PROGRESS', 'REPROTECT_IN_PROGRESS'],
      ...['WAITING_FOR_USER_INPUT', 'CANCEL_IN_PROGRESS', 'DELETING'],
    ),
    section: '4.3, column "Pushable"',
    reason: 'A running plan takes a cancel and nothing else; what it would make of new settings is not told.',
  },
  {
    actions: ['UPDATE_RECOVERY_SETTINGS', 'ADD_RECOVERY_STEP'],
    fits: ({ state, circumstance }) =>
      circumstance.includes('recovery site down') && /^(?:DISASTER_)?RECOVERY_COMPLETE$/.test(state),
    section: '4.3',
    reason: 'Cut off from the other site the plan shows RECOVERY_STARTED: what goes on there cannot be seen.',
  },
  {
    actions: VM_ACTIONS,
    fits: inState(
      ...['CONFIGURING_PROTECTION', 'REMOVING_PROTECTION', 'RESTORING_PLACEHOLDERS'],
      'OPERATIONS_IN_PROGRESS',
    ),
    section: '4.5',
    reason: 'Editable only in OK and NOT_CONFIGURED; the simulator works on single machines side by side.',
  },
  {
    actions: ['RESTORE_PLACEHOLDERS'],
    fits: inState(
      ...['CONFIGURING_PROTECTION', 'REMOVING_PROTECTION', 'RESTORING_PLACEHOLDERS'],
      'OPERATIONS_IN_PROGRESS',
    ),
    section: '4.5',
    reason: 'As for single machines.',
  },
  {
    actions: ['DISABLE_INSTANCE_PROTECTION'],
    fits: ({ state }) => /^(?:RECOVERED|PARTIALLY_)/.test(state),
    section: '4.5',
    reason:
      'Without its protection the machine has no way back: reprotect first. Taking it out is documented.',
  },
  {
    actions: VM_ACTIONS,
    fits: machineIn(
      'RESTORING_PLACEHOLDER',
      'LOADING',
      'HIBERNATING',
      'CONFIGURING_PROTECTION',
      'REMOVING_PROTECTION',
    ),
    section: '3.5, 4.3 [I]',
    reason:
      'A machine that is being worked on is let finish, and an unknown word is never taken for an idle one.',
  },
  {
    actions: ['ENABLE_INSTANCE_PROTECTION'],
    fits: ({ why }) => why.includes('already-protected') || why.includes('placeholder-lost'),
    section: '3.5; OpenAPI, VmProtectionSettings',
    reason: 'Nothing to do; and a lost placeholder can only be repaired, not configured.',
  },
];

describe('what the gateway says of changes of parts, and what SRM does', () => {
  let cells: PartCell[];

  beforeAll(async () => {
    cells = await walkParts(CIRCUMSTANCES);
    const byChoice = cells.filter((cell) => inVain(cell) && chosen(cell));
    process.stdout.write(
      `srm parts: ${new Set(cells.map(({ state }) => state)).size} states × ${new Set(cells.map(({ deed }) => deed)).size} changes × ` +
        `${CIRCUMSTANCES.length} circumstances = ${cells.length} cells, false allowed ${cells.filter(falselyAllowed).length}, ` +
        `false blocked ${cells.filter((cell) => inVain(cell) && !chosen(cell)).length}, stricter by choice ${byChoice.length}\n`,
    );
  }, 240_000);
  afterAll(() => closeSrm());

  it('never offers what SRM refuses', () => {
    expect(cells.filter(falselyAllowed).map(sentence)).toEqual([]);
  });

  it('never withholds what SRM takes, but for the listed choices', () => {
    expect(cells.filter((cell) => inVain(cell) && !chosen(cell)).map(sentence)).toEqual([]);
  });

  it('lists no choice that makes no difference', () => {
    const idle = STRICTER.filter((choice) => !cells.some((cell) => inVain(cell) && covers(choice, cell)));
    expect(idle).toEqual([]);
  });

  it('has seen every change taken', () => {
    const taken = new Set(cells.filter(({ accepted }) => accepted).map(({ deed }) => deed));
    expect(taken).toEqual(new Set(cells.map(({ deed }) => deed)));
  });
});

const falselyAllowed = ({ allowed, accepted }: PartCell): boolean => allowed && !accepted;
const inVain = ({ allowed, accepted }: PartCell): boolean => !allowed && accepted;
const covers = ({ actions, fits }: Choice, cell: PartCell): boolean =>
  actions.includes(cell.action) && fits(cell);
const chosen = (cell: PartCell): boolean => STRICTER.some((choice) => covers(choice, cell));
const sentence = ({ deed, state, circumstance, allowed, why, answer }: PartCell): string =>
  `${deed} in ${state} (${circumstance}): ${allowed ? 'allowed' : `blocked (${why})`}; ${answer || 'accepted'}`;
