import type { Operation } from '../domain/operation.js';

/** Whether a person's wish to stop it is still to be carried to the upstream. */
export function isCancelling({ state, cancel }: Operation): boolean {
  return state === 'CANCELLING' && (cancel?.state === 'REQUESTED' || cancel?.state === 'SENDING');
}

/** Whether a person's answer to a prompt is still to be carried to the upstream. */
export function isAnswering({ input }: Operation): boolean {
  return input?.state === 'REQUESTED' || input?.state === 'SENDING';
}
