import { PROBLEMS, type ProblemCode } from './problem-kinds.js';

/** RFC 9457 problem details: one shape in HTTP errors and in `operation.error`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  /** Stable kebab-case word; act upon this, never upon text. */
  code: ProblemCode;
  errors?: FieldError[];
  /** The same request may succeed later. */
  retryable: boolean;
  upstream?: UpstreamProblem;
  blocking?: { code: string; text: string; remedy: string }[];
  nextActions?: NextAction[];
  /** Of /livez and /readyz: what the process looked at. */
  checks?: CheckedPart[];
  requestId?: string;
}

export interface CheckedPart {
  name: string;
  ok: boolean;
  detail: string;
}

export interface FieldError {
  /** JSON pointer into the body, … */
  pointer?: string;
  /** … or the name of a query or path parameter, … */
  parameter?: string;
  /** … or the name of a header. */
  header?: string;
  detail: string;
}

export interface UpstreamProblem {
  provider: string;
  site: string;
  status: number | null;
  code: string | null;
  message: string | null;
  requestId: string | null;
}

export interface NextAction {
  title: string;
  method?: string;
  href?: string;
}

export function problem(code: ProblemCode, detail: string, more: Partial<Problem> = {}): Problem {
  const kind = PROBLEMS[code];
  return {
    type: `/problems/${code}`,
    title: kind.title,
    status: kind.status,
    detail,
    code,
    retryable: kind.retryable,
    ...more,
  };
}

/** A problem on its way to the client. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.detail);
    this.name = 'ProblemError';
  }
}
