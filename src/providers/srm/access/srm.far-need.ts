import type { UpstreamCall } from '../../../domain/action-command.js';
import { actionIn, segmentsOf } from '../wire/srm.paths.js';

/**
 * What a call needs of the login at the far site (column "Remote" of section 2).
 * - `NONE`: it is taken without (O, and calls of which nothing is stated that answer prompts).
 * - `WELCOME`: it depends on what is named (D): made where it can be, and not waited for.
 * - `UNLESS_SILENT`: needed, unless the far server is down and nobody can log in there (E/D).
 * - `ALWAYS`: needed (E/E).
 */
export type FarNeed = 'NONE' | 'WELCOME' | 'UNLESS_SILENT' | 'ALWAYS';

const NONE: readonly (string | null)[] = ['remove-protection', 'dismiss-prompt'];
const UNLESS_SILENT: readonly (string | null)[] = ['test', 'cleanup', 'recovery', 'cancel'];

export function farNeedOf(call: UpstreamCall): FarNeed {
  const action = actionIn(call.path);
  if (NONE.includes(action)) return 'NONE';
  if (UNLESS_SILENT.includes(action)) return 'UNLESS_SILENT';
  if (action === 'reprotect') return 'ALWAYS';
  // What else is done to plans, and every removal, is D or O; what else is done to groups is E (rows 8 to 77).
  const isPlan = segmentsOf(call.path).includes('recovery-management');
  return isPlan || call.method === 'DELETE' || action === 'remove-from-group' ? 'WELCOME' : 'ALWAYS';
}
