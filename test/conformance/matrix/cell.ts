import type { UpstreamCall } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Provider } from '../../../src/providers/provider.js';

/** Everything that can be asked for. A cancel is asked of an operation, the rest of a target. */
export type Deed = DrAction | 'CANCEL';

/** One site, made for one state: a target that is ready for everything, until it enters a state. */
export interface Scene {
  /** The gateway's side of the site. */
  readonly provider: Provider;
  /** The target's native id. */
  readonly targetId: string;
  /** Brings the target into the state, and the site into the circumstance. */
  enter: (state: string) => Promise<void>;
  /** Keeps the world as it is now; answers the way back to it. */
  remember: () => () => void;
  /** Sends a call without the driver, as a person with a terminal would; false = refused. */
  sendByHand: (call: UpstreamCall) => Promise<boolean>;
  /** What the upstream has begun so far, in its own words. */
  executions: () => readonly { action: string }[];
  close: () => Promise<void>;
}

/** What stands around the target while it is in each of the states. */
export interface Circumstance {
  readonly name: string;
  readonly states: readonly string[];
  readonly deeds: readonly Deed[];
  arrange: () => Promise<Scene>;
  /** The same at its best, where every call can be prepared. Absent = `arrange`, before a state is entered. */
  atBest?: () => Promise<Scene>;
}

/** A provider's whole plane: all its circumstances, and how its upstream calls what it has begun. */
export interface Plane {
  readonly provider: string;
  readonly circumstances: readonly Circumstance[];
  readonly ledger: Readonly<Partial<Record<Deed, string>>>;
  /** The gateway refuses by choice what the simulator takes, because the document leaves the cell open. */
  readonly stricter: readonly Exception[];
  close: () => Promise<void>;
}

/** Cells in which the gateway may refuse what the simulator takes, and why. */
export interface Exception {
  readonly deeds: readonly Deed[];
  readonly states: readonly string[] | 'ANY';
  /** A part of the circumstance's name. Absent = any. */
  readonly when?: string;
  /** Where the upstream's document speaks of it. */
  readonly section: string;
  readonly reason: string;
}

/** What the gateway said of a cell, and what the upstream then did. */
export interface Cell {
  readonly circumstance: string;
  readonly state: string;
  readonly deed: Deed;
  readonly allowed: boolean;
  /** What the list of a plan's actions says of it; null = there is none for this target. */
  readonly shown: boolean | null;
  /** Why the gateway refuses. */
  readonly why: readonly string[];
  readonly accepted: boolean;
  /** How the upstream, or the driver on its way there, refused. */
  readonly answer: string;
}
