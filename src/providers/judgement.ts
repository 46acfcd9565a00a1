import { AsyncLocalStorage } from 'node:async_hooks';
import { inLane } from './lanes.js';

const judgements = new AsyncLocalStorage<WeakMap<object, Map<string, Promise<unknown>>>>();

/**
 * In the course of `work` the same question is asked once: several actions of one target are judged by one look at it.
 * For what is only told to somebody; what precedes a send has a look of its own.
 */
export function judging<T>(work: () => Promise<T>): Promise<T> {
  return inLane('INTERACTIVE', () => judgements.run(new WeakMap(), work));
}

/** What several prepare in common has no places of its own for each. */
export function isJudging(): boolean {
  return judgements.getStore() !== undefined;
}

/**
 * The answer that the running judgement has already, or is waiting for; outside of one, always a new one.
 * A question that failed is asked again.
 * @param asker whose questions they are: the same words to another site are another question
 */
export function askedOnce<T>(asker: object, question: string, ask: () => Promise<T>): Promise<T> {
  const judgement = judgements.getStore();
  if (judgement === undefined) return ask();
  const asked = judgement.get(asker) ?? new Map<string, Promise<unknown>>();
  judgement.set(asker, asked);
  const known = asked.get(question);
  if (known !== undefined) return known as Promise<T>;
  const answer = ask();
  asked.set(question, answer);
  answer.catch(() => asked.delete(question));
  return answer;
}
