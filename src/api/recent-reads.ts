import type { RecentAnswers } from '../inventory/recent-answers.js';
import type { Provider } from '../providers/provider.js';
import { answerAge } from './http/answer-age.js';

/** Reads that many look at. What prepares, sends or watches is never among them. */
const READS: ReadonlySet<PropertyKey> = new Set<keyof Provider>([
  'getProtectionGroup',
  'listProtectedInstances',
  'listReplicationPairs',
  'listPlansOfGroup',
  'getRecoveryPlan',
  'listGroupsOfPlan',
  'listDrills',
  'creationOptions',
  'further',
]);

/** The site, whose reads are answered from what was read of late; the request's answer is told how old that is. */
export function recentReads(provider: Provider, answers: RecentAnswers): Provider {
  return new Proxy(provider, {
    get(site, name) {
      const member: unknown = Reflect.get(site, name, site);
      if (typeof member !== 'function') return member;
      const method = member.bind(site) as (...given: unknown[]) => Promise<unknown>;
      if (!READS.has(name)) return method;
      return async (...given: unknown[]): Promise<unknown> => {
        const age = answerAge();
        const question = JSON.stringify([name, ...given]);
        const answer = await answers.read(
          site,
          question,
          age?.insists ?? false,
          () => method(...given),
          isPassing(given),
        );
        age?.note(answer);
        return answer.value;
      };
    },
  });
}

/** A window in time, or words of the client's own: hardly the same the next time. */
function isPassing([, where]: readonly unknown[]): boolean {
  const { fromMs, untilMs, tags } = (where ?? {}) as Record<string, unknown>;
  return [fromMs, untilMs, tags].some((given) => given !== undefined);
}
