/**
 * The boundaries between the steps of a submission, in the order in which one operation passes them. Each is passed
 * once per operation that goes well; those of adoption and ambiguity only by what was doubtful.
 */
export const STEPS = [
  'before claim',
  'before look',
  'after look',
  'before intent',
  'after intent',
  'after intent journalled',
  'before confirm',
  'after confirm',
  'before write',
  'after write',
  'after answer',
  'after answer journalled',
  'before write-down',
  'after write-down',
  'before observe',
  'after observe',
  'before verdict',
  'after verdict',
  'before ambiguous',
  'after ambiguous',
  'before adoption',
  'after adoption',
] as const;

export type Step = (typeof STEPS)[number];

export function isStep(word: unknown): word is Step {
  return (STEPS as readonly unknown[]).includes(word);
}

/** What is to happen at a step. */
export interface Order {
  step: Step;
  /** 1 = the next time. */
  nth: number;
  /** KILL = SIGKILL, STOP = SIGSTOP until somebody sends SIGCONT, BLOCK = the event loop hangs for `ms`. */
  act: 'KILL' | 'STOP' | 'BLOCK';
  ms?: number;
  /** Only for operations of this site; absent = of any. */
  siteId?: string;
}
