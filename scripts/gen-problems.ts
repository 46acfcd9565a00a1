import { problem, PROBLEMS, type ProblemCode } from '#gateway/domain/problem';
import { code, fenced, page, table } from './markdown.js';

const INTRODUCTION = `# Problems

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem, as the answer to a request and, in the same
shape, as the \`error\` of an operation. Act upon \`code\`: titles and details are for people and may change.
*Retryable* means that the same request may succeed later without anybody changing anything.`;

/** `docs/problems.md`. */
export function problemReference(): string {
  const all = (Object.keys(PROBLEMS) as ProblemCode[]).sort(
    (a, b) => PROBLEMS[a].status - PROBLEMS[b].status || a.localeCompare(b),
  );
  const overview = table(
    ['Status', 'Code', 'Title', 'Retryable'],
    all.map((name) => [
      String(PROBLEMS[name].status),
      `[${code(name)}](#${name})`,
      PROBLEMS[name].title,
      PROBLEMS[name].retryable ? 'yes' : 'no',
    ]),
  );
  return page(INTRODUCTION, overview, ...all.map(section));
}

function section(name: ProblemCode): string {
  const { meaning } = PROBLEMS[name];
  return `## ${name}\n\n${meaning}\n\n${fenced('json', JSON.stringify(problem(name, meaning), null, 2))}`;
}
