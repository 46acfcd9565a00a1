import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { refOf } from '../../../src/providers/srm/wire/srm.acceptance.js';
import {
  createPlanCall,
  deletePlanCall,
  reconfigurePlanCall,
} from '../../../src/providers/srm/preparing/srm.plan-calls.js';
import { settingsCall } from '../../../src/providers/srm/preparing/srm.settings-calls.js';
import {
  addStepCall,
  editStepCall,
  removeStepCall,
} from '../../../src/providers/srm/preparing/srm.step-calls.js';
import {
  addMemberCall,
  protectCall,
  removeFromGroupCall,
  restorePlaceholdersCall,
} from '../../../src/providers/srm/preparing/srm.vm-calls.js';
import { ProviderError } from '../../../src/providers/provider-error.js';

/** The pairs are read where they are written: the compiler does not copy them. */
const FOLDER = path.join(process.cwd(), 'test/providers/srm/golden-changes');

/** Every function that words a change, by the name that a pair gives it. */
const WORDING = {
  createPlanCall,
  reconfigurePlanCall,
  deletePlanCall,
  addMemberCall,
  removeFromGroupCall,
  restorePlaceholdersCall,
  protectCall,
  addStepCall,
  editStepCall,
  removeStepCall,
  settingsCall: (planId: string, names: Record<string, string>, now: object, wish: object) =>
    settingsCall({ planId, vmId: 'vm-1', vmName: 'erp-1', names: new Map(Object.entries(names)) }, now, wish),
  restoredRef: (status: number, json: unknown) =>
    refOf({ path: '/groups/g-1/actions/restore-all-placeholders' } as UpstreamCall, {
      status,
      json,
      headers: {},
      text: JSON.stringify(json),
    }),
} as unknown as Record<string, (...given: unknown[]) => unknown>;

interface Pair {
  says: string;
  words: string;
  given: unknown[];
}

describe('changes in the words of SRM', () => {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.in.json'))
    .map((file) => file.slice(0, -'.in.json'.length));

  describe.each(names)('%s', (name) => {
    const pairs = read(`${name}.in.json`) as Pair[];
    const expected = read(`${name}.out.json`) as unknown[];

    it.each(pairs.map((pair, index) => ({ ...pair, index })))('$says', ({ words, given, index }) => {
      expect(outcomeOf(() => WORDING[words]?.(...given))).toEqual(expected[index]);
    });
  });
});

/** What was worded, or why it cannot be. */
function outcomeOf(word: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(word() ?? null));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { kind, message, pointer, delivery } = error;
    return { kind, message, pointer, delivery };
  }
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
}
