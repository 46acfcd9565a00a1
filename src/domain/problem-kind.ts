export interface ProblemKind {
  status: number;
  title: string;
  /** When it is met: one or two sentences for the reference. */
  meaning: string;
  /** What its reader can do about it. */
  remedy: string;
  retryable: boolean;
}
