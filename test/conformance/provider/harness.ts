import type {
  ActionOptions,
  NewProtectionGroup,
  ProtectionGroupChanges,
} from '../../../src/domain/action-command.js';
import type { ActionInput } from '../../../src/domain/action-inputs.js';
import type { DrAction, TargetType } from '../../../src/domain/dr-action.js';
import type { FurtherRead, WhereOf } from '../../../src/providers/further-reads.js';
import type { DriverFactory, ProviderDriver } from '../../../src/providers/provider-driver.js';

/** What the suite is run for. */
export interface ConformanceSubject {
  /** The provider's folder. */
  readonly name: string;
  readonly factory: Pick<DriverFactory, 'descriptor'>;
  readonly describes: Description;
  /** A site of its own for one test, with a world in its first state. */
  createHarness(): Promise<Harness>;
  /** Ends what the harnesses had in common, after the last test. */
  close(): Promise<void>;
}

/** What is true of this upstream. These describe it; none switches a requirement off. */
export interface Description {
  /** How a run tells how far it is: by percentages, by its steps, or only by ending. */
  readonly progress: 'percent' | 'steps' | 'none';
  /** What the driver gets by logging in, and what can die under it; the one that reads need comes first. */
  readonly credentials: readonly string[];
  /** Whether a run can stop to ask a person. */
  readonly prompts: boolean;
  /** The most requests that one look at so many running operations may take. */
  requestsToObserve(operations: number): number;
}

/** A test's grip on one site: it makes drivers for it, moves its time, spoils its wire and reads its books. */
export interface Harness {
  createDriver(wish?: DriverWish): ProviderDriver;

  /** The site's time, and that of drivers without a wish of their own. */
  now(): number;
  advance(ms: number): void;
  /** In this time everything that was begun is over. */
  readonly longestWorkMs: number;

  trouble(trouble: Trouble): void;
  /** Ends all troubles. */
  calm(): void;
  /** From now on nobody listens at the site's address. */
  goDown(): Promise<void>;
  /** Every credential of this name that was given out so far is worthless. */
  kill(credential: string): Promise<void>;

  /** Every request that has arrived, in words for people; a log-in is neither a read nor a change. */
  reads(): readonly string[];
  stateChangingRequests(): readonly string[];
  logIns(): readonly string[];
  /** Which operations of the upstream's reference were asked so far: `GET /tasks`, or with the word in the body. */
  asked(): readonly string[];
  /** What the upstream really did: the judge of "never twice". */
  executions(): readonly { action: string; targetId: string }[];

  /** Where and how an action can be carried out. */
  stage(action: DrAction): Stage;
  /** Where and how an action on an instance, a pair, a plan, a step or a drill can be carried out. */
  part(action: DrAction): PartStage;
  /** What each of the further reads can be asked about; of `absent`, something that is not there. */
  where<R extends FurtherRead>(read: R): { there: WhereOf<R>; absent?: WhereOf<R> };
  /** Adds so many plans that can be failed over at the same time; answers their native ids. */
  crowd(size: number): readonly string[];
  /** Puts a group or plan into a state by its upstream word, known or not. */
  setState(type: TargetType, nativeId: string, word: string): Promise<void>;
  /** A well-formed native id that names nothing. */
  absentId(type: TargetType): string;

  /** The next run fails; answers a part of the words it will fail in. */
  failNext(): Promise<string>;
  /** The plan's next run stops to ask; answers the question. */
  askNext(planId: string): Promise<string>;
  /** The upstream no longer knows any of the jobs it began. */
  forgetJobs(): Promise<void>;

  /** Passwords, and every token or session given out: what must never be seen outside. */
  secrets(): readonly string[];
  /** Everything that the drivers have logged. */
  logged(): string;
  close(): Promise<void>;
}

export interface DriverWish {
  /** How far this driver's clock is off. */
  clockOffMs?: number;
  submitTimeoutMs?: number;
  /** Settings with a wrong password. */
  wrongPassword?: boolean;
}

/** The target of an action, and what must be carried out on it first so that the action may start. */
export interface Stage {
  /** null = the action makes its target. */
  targetId: string | null;
  after: readonly DrAction[];
  options?: ActionOptions;
  group?: NewProtectionGroup;
  changes?: ProtectionGroupChanges;
}

export interface PartStage {
  /** The holder; null = the action makes it, or it is the site. */
  targetId: string | null;
  partId: string | null;
  input: ActionInput | null;
  /** Makes the world ready for it; answers what is only known then. */
  before?: (driver: ProviderDriver) => Promise<Partial<PartStage>> | Promise<void>;
  /** The groups or plans whose state matters too, where they are not the holder. */
  companions?: Partial<Record<TargetType, string>>;
  /** An absent target; default: an absent group in the place of the holder. */
  absent?: { targetId?: string; partId?: string };
  /** A lost answer leaves nothing behind by which the deed could be told from none. */
  traceless?: true;
  /** It begins no work that the upstream's ledger knows of. */
  unwitnessed?: true;
}

export const ACCIDENTS = [
  /** 500 in the upstream's own form. */
  'INTERNAL_ERROR',
  /** 502 with a page of HTML. */
  'BAD_GATEWAY_PAGE',
  /** 503 with nothing in it, as something in between answers. */
  'SERVICE_UNAVAILABLE',
  /** 429 with `Retry-After: 7`. */
  'THROTTLED',
  /** The connection breaks. */
  'RESET',
  /** No answer ever comes. */
  'HANG',
  /** JSON that stops in the middle. */
  'TRUNCATED',
  /** 200 with nothing in it. */
  'EMPTY',
  /** 200 with an error in the upstream's own form. */
  'ERROR_IN_200',
  /** 404 with a page of HTML: something in between lost its way. */
  'NOT_FOUND_PAGE',
  /** 408 with nothing in it. */
  'REQUEST_TIMEOUT',
  /** 307 to another address of the same site. */
  'REDIRECT',
] as const;
export type Accident = (typeof ACCIDENTS)[number];

export const THROTTLED_FOR_MS = 7_000;

export interface Trouble {
  on: 'READ' | 'CHANGE';
  accident: Accident;
  /** Whether it strikes before the upstream has carried the request out, or after. Default BEFORE. */
  when?: 'BEFORE' | 'AFTER';
  /** Default ALWAYS, until it is calmed. */
  times?: number | 'ALWAYS';
}
