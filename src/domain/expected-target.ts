import type { Blocking } from './allowed-actions.js';
import type { ActiveSite, DrAction } from './dr-action.js';
import type { ProtectionState } from './inventory.js';
import type { Lifecycle } from './lifecycle.js';
import type { ResourceFacts } from './observation.js';
import type { ExpectedTarget } from './operation.js';

/** What whoever asks for an action believes of its target. */
export interface TargetBelief {
  state?: ProtectionState | undefined;
  activeSite?: ActiveSite | undefined;
  /** Public ids of the groups that a run touches. */
  touches?: readonly string[];
}

const REMEDY = 'Look at the target again and decide anew.';

/**
 * What the target must still be when the request is sent; null = nothing, for an action that is taken from any state
 * and of whose target nobody said what it should be.
 */
export function expectationOf(
  lifecycle: Lifecycle,
  action: DrAction,
  facts: ResourceFacts | null,
  belief?: TargetBelief,
): ExpectedTarget | null {
  const row = lifecycle.actions[action];
  const depends = row !== undefined && row.from !== 'ANY';
  const believed = belief?.state !== undefined || belief?.activeSite !== undefined;
  return facts && (depends || believed) ? { word: facts.word, activeSite: facts.activeSite } : null;
}

/**
 * Why the target is not what it was when the operation was accepted, even if the action could be taken from what it is
 * now: then it would be another deed than the one that was asked for. A side that was or is not known says nothing.
 */
export function deviationFrom(expected: ExpectedTarget, now: ResourceFacts | null): Blocking | null {
  if (now === null) return null;
  const turned = expected.activeSite && now.activeSite && expected.activeSite !== now.activeSite;
  if (expected.word === now.word && !turned) return null;
  return {
    code: 'not-as-expected',
    text: `The target was ${shown(expected)} when this was accepted, and is ${shown(now)} now.`,
    remedy: REMEDY,
  };
}

/** Why the target is not what whoever asks believes it to be. */
export function disbelief(
  belief: TargetBelief,
  now: ResourceFacts | null,
  touches: readonly string[] = [],
): Blocking | null {
  const wrong = [
    ...(belief.state !== undefined && belief.state !== now?.state
      ? [`${belief.state} was expected, and it is ${now ? `${now.state} (${now.word})` : 'not there'}`]
      : []),
    ...(belief.activeSite !== undefined && belief.activeSite !== now?.activeSite
      ? [
          `it was expected to run at ${belief.activeSite}, and runs at ${now?.activeSite ?? 'a site that cannot be told'}`,
        ]
      : []),
    ...(belief.touches !== undefined && !isSame(belief.touches, touches)
      ? [`it was expected to touch ${listed(belief.touches)}, and touches ${listed(touches)}`]
      : []),
  ];
  if (wrong.length === 0) return null;
  return { code: 'not-as-expected', text: `The target changed: ${wrong.join('; ')}.`, remedy: REMEDY };
}

function shown({ word, activeSite }: { word: string; activeSite: ActiveSite | null }): string {
  return activeSite === null ? `"${word}"` : `"${word}" at ${activeSite}`;
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id));
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'nothing' : ids.join(', ');
}
