import { Injectable } from '@nestjs/common';
import { rightOf, SEEN_WITH } from '../../domain/access/rights.js';
import type { ActionCommand } from '../../domain/action-command.js';
import { publicId } from '../../domain/ids.js';
import { problem, ProblemError } from '../../domain/problem.js';
import { Scopes } from '../../access/scopes.js';
import { lacking } from './holding.js';
import type { RequestAccess } from './request-access.js';

type Asked = { siteId: string; command: Pick<ActionCommand, 'action'> & Partial<ActionCommand> };

/**
 * The one place where the right to a change is judged, whichever path it came by: over its target, and over every other
 * group that it names. What is still to be created belongs to the site, and so does what is done to the site itself.
 */
@Injectable()
export class ActionRights {
  constructor(private readonly scopes: Scopes) {}

  /**
   * Throws `ProblemError`: 404 for what may not be seen, in the words for what is not there, and 403 for the rest. The same
   * holds for `validateOnly`: a pre-flight asks the site, and shows what would be sent.
   */
  async mustHold(
    { principal, seen }: Pick<RequestAccess, 'principal' | 'seen'>,
    { siteId, command }: Asked,
  ): Promise<void> {
    const right = rightOf(command.action);
    const held = await this.scopes.of(principal, right);
    if (held.isAll) return;
    const visible = seen.isAll ? seen : await this.scopes.of(principal, SEEN_WITH[right]);
    if (!visible.touchesSite(siteId)) throw nothing(`site ${siteId}`);
    if (held.coversSite(siteId)) return;
    const { targetNativeId = null } = command;
    if (targetNativeId === null) throw lacking(right);
    for (const nativeId of [targetNativeId, ...groupsNamed(command)]) {
      const where = { siteId, targetIds: [publicId(siteId, nativeId)] };
      if (!visible.covers(where)) throw nothing(publicId(siteId, nativeId));
      if (!held.covers(where)) throw lacking(right);
    }
  }
}

/** Groups beside the target, by their native ids. */
function groupsNamed({ input }: Partial<ActionCommand>): readonly string[] {
  return input && 'protectionGroupIds' in input ? (input.protectionGroupIds ?? []) : [];
}

function nothing(what: string): ProblemError {
  return new ProblemError(problem('not-found', `There is no ${what}.`));
}
