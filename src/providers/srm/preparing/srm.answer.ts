import type { UpstreamCall } from '../../../domain/action-command.js';
import { promptPath } from '../wire/srm.paths.js';

/** Lets a run go on past a prompt. Answered with 204; a prompt that was answered is gone (3.10). */
export function answerCall(planId: string, promptId: string): UpstreamCall {
  return {
    label: `Answer prompt ${promptId} of plan ${planId}`,
    method: 'POST',
    path: promptPath(planId, promptId, '/actions/dismiss-prompt'),
    body: undefined,
  };
}
