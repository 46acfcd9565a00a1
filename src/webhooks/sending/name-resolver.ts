import { lookup, Resolver } from 'node:dns/promises';
import { withinMs } from '../../platform/within.js';
import type { ResolveName } from './endpoint-connection.js';
import { SystemNames } from './system-names.js';

const SECOND_ANSWER_WITHIN_MS = 300;

/** Answered when DNS knows no such name; the operating system may have it in a file of its own. */
const NOT_IN_DNS: ReadonlySet<string | undefined> = new Set([
  'ENOTFOUND',
  'ENODATA',
  'EREFUSED',
  'ECONNREFUSED',
  'ESERVFAIL',
]);

function askedDns(): Resolver {
  return new Resolver({ timeout: 2_000, tries: 2 });
}

/**
 * Asks DNS itself: the operating system's resolver takes a thread of the few that also write the journal, and a name server
 * that hangs would take them all. It is asked only for names that DNS does not know.
 */
export function nameResolver(dns: Resolver = askedDns()): ResolveName {
  const system = new SystemNames(async (name) =>
    (await lookup(name, { all: true })).map(({ address }) => address),
  );
  return async (name) => {
    const six = dns.resolve6(name);
    six.catch(() => undefined);
    const [four] = await Promise.allSettled([dns.resolve4(name)]);
    // Some name servers never answer the second question.
    const rest = four.status === 'fulfilled' ? withinMs(SECOND_ANSWER_WITHIN_MS, six) : six;
    const answers = [four, ...(await Promise.allSettled([rest]))];
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length > 0) return found;
    const failures = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as Error] : [],
    );
    const unknown = failures.every((error) => NOT_IN_DNS.has((error as NodeJS.ErrnoException).code));
    if (!unknown && failures[0]) throw failures[0];
    return system.addressesOf(name);
  };
}
