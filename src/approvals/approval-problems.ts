import { approvalStateAt, type Approval } from '../domain/access/approval.js';
import { problem, ProblemError, type NextAction } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';

export function approvalPath(id: string): string {
  return `/v1/approvals/${id}`;
}

const SEND_AGAIN: NextAction = {
  title: 'Once it is approved, send the same request again, with the same Idempotency-Key',
};

/** Nothing was begun: somebody else has to say yes first. */
export function approvalRequired({ id, action, targetName, expiryTime }: Approval): ProblemError {
  const path = approvalPath(id);
  const what = targetName === '' ? action : `${action} of ${targetName}`;
  return new ProblemError(
    problem(
      'approval-required',
      `A second person has to approve ${what}; they are asked by approval ${id}, until ${expiryTime}.`,
      {
        nextActions: [
          { title: 'Have a second person approve it', method: 'POST', href: `${path}/approve` },
          { title: 'See how it stands', method: 'GET', href: path },
          {
            title: 'Go on without a second person; everybody is told',
            method: 'POST',
            href: `${path}/override`,
          },
          SEND_AGAIN,
        ],
      },
    ),
    { link: `<${path}>; rel="approval"`, 'retry-after': '5' },
  );
}

export function approvalDeclined({ id, decisions }: Approval): ProblemError {
  const last = decisions.at(-1);
  const why = last?.reason ? ` They said: ${last.reason}` : '';
  return refused('approval-declined', id, `${last?.decidedBy ?? 'Somebody'} declined it.${why}`);
}

export function approvalLapsed({ id, expiryTime }: Approval): ProblemError {
  return refused('approval-lapsed', id, `Approval ${id} expired at ${expiryTime}.`);
}

/** @param by who approved it */
export function approverLapsed({ id }: Approval, by: string): ProblemError {
  return refused('approval-lapsed', id, `${by} approved it, and does not hold the right to do so any more.`);
}

/** It cannot be decided any more. */
export function approvalClosed(approval: Approval, nowMs: number): ProblemError {
  const { id, operationId } = approval;
  const state = approvalStateAt(approval, nowMs);
  return new ProblemError(
    problem('approval-closed', `Approval ${id} is ${state}.`, {
      nextActions: [
        { title: 'See how it stands', method: 'GET', href: approvalPath(id) },
        ...(operationId === null
          ? []
          : [{ title: 'Look at its operation', method: 'GET', href: operationPath(operationId) }]),
      ],
    }),
  );
}

export function secondPersonNeeded(): ProblemError {
  return new ProblemError(
    problem('second-person-needed', 'You asked for it yourself, with this credential or another of yours.'),
  );
}

export function noApproval(id: string): ProblemError {
  return new ProblemError(problem('not-found', `There is no ${id}.`));
}

function refused(code: 'approval-declined' | 'approval-lapsed', id: string, detail: string): ProblemError {
  return new ProblemError(
    problem(code, detail, {
      nextActions: [{ title: 'See how it stands', method: 'GET', href: approvalPath(id) }],
    }),
  );
}
