import { KINDS, type FaultWorld } from '../world/fault-world.js';

/** What asks a site to act. */
export const ACTION_PATH = '/server-groups/[^/]+/action$|/plans/[^/]+/actions/[a-z]+$';

/** Of so many requests (0 to 1) that ask a site to act the answer is lost after they were executed, until it is calm again. */
export async function loseSomeAnswers(world: FaultWorld, share: number): Promise<void> {
  const fault = { kind: 'reset', when: 'after', method: 'POST', path: ACTION_PATH, share, times: -1 };
  await Promise.all(KINDS.map((kind) => world.sites[kind].control('POST', '/faults', fault)));
}
