import type { UpstreamCall, UpstreamRef } from '../../../domain/action-command.js';
import type { UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { vendorWords } from './sdrs.errors.js';
import { recordOf, textOf } from './sdrs.fields.js';

/** The object that a rename answers with, by the collection it is in (section 2, #7, #18, #28, #34). */
const RENAMED: Readonly<Record<string, string>> = {
  'server-groups': 'server_group',
  'protected-instances': 'protected_instance',
  replications: 'replication',
  'disaster-recovery-drills': 'disaster_recovery_drill',
};

/** Tags (#36 to #38) and failed tasks (#43 to #45): done at once, and answered with 204. */
const ANSWERED_WITH_NOTHING =
  /\/protected-instances\/[^/]+\/tags(\/[^/]+)?$|\/task-center\/.*failure-jobs\/[^/]+$/;

/**
 * What an acceptance of the documented form holds: the job's id in a 200 (never a 202), the changed object after
 * a rename, nothing in a 204. null = none of these, or an error in spite of its status: it accepts nothing.
 */
export function acceptance(call: UpstreamCall, response: UpstreamResponse): UpstreamRef | null {
  if (vendorWords(response.json)) return null;
  const done: UpstreamRef = { jobIds: [] };
  if (ANSWERED_WITH_NOTHING.test(call.path)) {
    return response.status === 204 && response.text.trim() === '' ? done : null;
  }
  const body = recordOf(response.json);
  if (call.method === 'PUT') {
    const [id = '', collection = ''] = call.path.split('/').reverse();
    const changed = recordOf(body?.[RENAMED[collection] ?? '']);
    return changed && (changed.id ?? decodeURIComponent(id)) === decodeURIComponent(id) ? done : null;
  }
  const jobId = textOf(body?.job_id);
  return jobId === null ? null : { jobIds: [jobId] };
}
