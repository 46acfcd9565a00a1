/**
 * What can happen to an exchange on its way. UP is towards the site.
 * - `RESET_BEFORE`: reset before the first byte.
 * - `RESET_UP`: `bytes` of the request arrive, then both ends are reset.
 * - `STALL_UP`: nothing arrives, and nobody is told.
 * - `LATE`: the request arrives `ms` later, even if its sender has left.
 * - `STALL_DOWN`: the answer never comes.
 * - `CLOSE_DOWN`: the connection is closed in order instead of an answer.
 * - `RESET_DOWN`, `CUT_DOWN`: `bytes` of the answer come, then a reset, or an orderly end.
 * - `DELAY_DOWN`: the answer comes `ms` later.
 */
export const LINK_FAULTS = [
  'RESET_BEFORE',
  'RESET_UP',
  'STALL_UP',
  'LATE',
  'STALL_DOWN',
  'CLOSE_DOWN',
  'RESET_DOWN',
  'CUT_DOWN',
  'DELAY_DOWN',
] as const;

export interface LinkFault {
  kind: (typeof LINK_FAULTS)[number];
  /** Of RESET_UP, RESET_DOWN and CUT_DOWN; by default 0. */
  bytes?: number;
  /** Of LATE and DELAY_DOWN; by default 0. */
  ms?: number;
}
