import { Injectable } from '@nestjs/common';
import { Scopes } from '../../access/scopes.js';
import { ROLE_NAMES, roleHas, type Right } from '../../domain/access/rights.js';
import type { Whereabouts } from '../../domain/access/scope.js';
import type { Blocking } from '../../domain/allowed-actions.js';
import { problem, ProblemError } from '../../domain/problem.js';
import type { RequestAccess } from './request-access.js';

type Asker = Pick<RequestAccess, 'principal'>;

/** Rights that no route can declare: they depend on what is asked for. */
@Injectable()
export class Holding {
  constructor(private readonly scopes: Scopes) {}

  async holds({ principal }: Asker, right: Right, where: Whereabouts): Promise<boolean> {
    return (await this.scopes.of(principal, right)).covers(where);
  }

  /** Throws `ProblemError` (403) that names the right. Of what may not be seen, a 404 was the answer before. */
  async mustHold(asker: Asker, right: Right, where: Whereabouts): Promise<void> {
    if (!(await this.holds(asker, right, where))) throw lacking(right);
  }
}

export function lacking(right: Right): ProblemError {
  return new ProblemError(problem('forbidden', lackingText(right)));
}

/** The same, as a reason why an action cannot start. */
export function missingRight(right: Right): Blocking {
  const roles = ROLE_NAMES.filter((role) => roleHas(role, right));
  return {
    code: 'missing-right',
    text: lackingText(right),
    remedy: `Ask for ${roles.length > 1 ? 'one of the roles' : 'the role'} ${roles.join(', ')} over it.`,
  };
}

function lackingText(right: Right): string {
  return `This needs the right "${right}", which is not held here.`;
}
