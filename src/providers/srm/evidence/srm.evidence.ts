import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { baselineIn } from './srm.baseline.js';
import type { SrmClient } from '../wire/srm.client.js';
import { findGroupStarted } from './srm.group-evidence.js';
import type { SrmHistory } from '../reading/srm.history.js';
import { findVmStarted } from './srm.part-evidence.js';
import { actionIn, planIdIn } from '../wire/srm.paths.js';
import { findPlanChangeStarted } from './srm.plan-evidence.js';
import { findRunStarted } from './srm.run-evidence.js';
import { textOf } from '../wire/srm.wire.js';

/**
 * After a send whose answer was lost: what speaks for its having been taken. A run of a plan is known by its
 * task, every other change by what it was to bring about. Two candidates are none. Times are compared by the
 * appliance's clock only.
 */
export class SrmEvidence {
  constructor(
    private readonly client: SrmClient,
    private readonly history: SrmHistory,
  ) {}

  async findStarted(sent: SentCall, signal: AbortSignal): Promise<Finding> {
    const planId = planIdIn(sent.call.path);
    const action = actionIn(sent.call.path);
    if (planId !== null && action === 'cancel') return this.findCancelled(planId, signal);
    const baseline = baselineIn(sent.baseline);
    if (baseline === null)
      return { verdict: 'UNDECIDABLE', evidence: 'There is no baseline to compare with.' };
    switch (baseline.kind) {
      case 'PLAN':
        break;
      case 'GROUP':
      case 'CREATE':
        return findGroupStarted(this.client, sent, baseline, signal);
      case 'VM':
        return findVmStarted(this.client, sent, baseline, signal);
      default:
        return findPlanChangeStarted(this.client, sent, baseline, signal);
    }
    if (planId === null) return { verdict: 'UNDECIDABLE', evidence: 'The call names no plan.' };
    return findRunStarted(this.client, this.history, { planId, sent, baseline }, signal);
  }

  /** A cancel leaves no task: it is seen in the plan's state, or in nothing. */
  private async findCancelled(planId: string, signal: AbortSignal): Promise<Finding> {
    const word = textOf((await this.client.plan(planId, signal)).status) ?? 'no state';
    return word === 'CANCEL_IN_PROGRESS'
      ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'The plan is in CANCEL_IN_PROGRESS.' }
      : { verdict: 'NOT_SEEN', evidence: `The plan is in ${word}.` };
  }
}
