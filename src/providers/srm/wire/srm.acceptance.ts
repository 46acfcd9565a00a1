import type { UpstreamCall, UpstreamRef } from '../../../domain/action-command.js';
import type { UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { ProviderError } from '../../provider-error.js';
import { actionIn } from './srm.paths.js';
import { textOf } from './srm.wire.js';

/** The reference in an acceptance of the documented form; null = this is not one. */
export function refOf(call: UpstreamCall, response: UpstreamResponse): UpstreamRef | null {
  const action = actionIn(call.path);
  if (action === 'cancel' || action === 'dismiss-prompt')
    return response.status === 204 ? { jobIds: [] } : null;
  if (response.status !== 202) return null;
  switch (action) {
    case 'configure-all-vms':
      return configuredRef(response.json);
    case 'restore-all-placeholders':
      return restoredRef(response);
    default: {
      const id = taskIdOf(response.json);
      return id === null ? null : { jobIds: [id] };
    }
  }
}

/** One task for each machine; an empty list = there was nothing to do (4.2). */
function configuredRef(json: unknown): UpstreamRef | null {
  const body = json as { list?: unknown } | null | undefined;
  const list: unknown = Array.isArray(body) ? body : body?.list;
  const jobIds = taskIdsOf(list);
  return jobIds === null ? null : { jobIds };
}

/** Tasks, and what kept others from starting; both may be empty (4.2). Errors alone = nothing was begun. */
function restoredRef({ json, status }: UpstreamResponse): UpstreamRef | null {
  if (typeof json !== 'object' || json === null || !('tasks' in json || 'errors' in json)) return null;
  const { tasks, errors } = json as { tasks?: unknown; errors?: unknown };
  const jobIds = taskIdsOf(tasks ?? []);
  const words = Array.isArray(errors ?? []) ? ((errors ?? []) as unknown[]).map(textOf) : null;
  if (jobIds === null || words === null) return null;
  const startErrors = words.map((text) => text ?? 'no reason given');
  if (jobIds.length === 0 && startErrors.length > 0) {
    const message = startErrors.join('; ');
    throw new ProviderError('UPSTREAM_FAULT', `SRM began nothing: ${message}`, {
      upstream: { status, message },
      delivery: 'REFUSED',
    });
  }
  return startErrors.length === 0 ? { jobIds } : { jobIds, startErrors };
}

function taskIdsOf(list: unknown): string[] | null {
  if (!Array.isArray(list)) return null;
  const ids = list.map(taskIdOf);
  return ids.every((id) => id !== null) ? ids : null;
}

function taskIdOf(task: unknown): string | null {
  return typeof task === 'object' && task !== null ? textOf((task as { id?: unknown }).id) : null;
}
