import { ControlRefusal, readBody } from './control-request.js';
import { readRule, RULE_FIELDS } from './fault-request.js';
import type { ActiveFault, FaultRule } from './faults.js';
import type { Preset, Simulator, Traffic } from './simulator.js';

interface Named {
  sentence: string;
  rule: FaultRule;
}

/** The named faults that every service has. */
function commonPresets(traffic: Traffic, errorBody: unknown): Record<string, Named> {
  const { changes, lists, accepted } = traffic;
  const preset = (sentence: string, rule: FaultRule): Named => ({ sentence, rule });
  const always = { times: -1 };
  return {
    'lost-request': preset('The connection breaks before a change is seen: nothing is executed.', {
      kind: 'reset',
      ...changes,
    }),
    'lost-answer-after-accept': preset('A change is executed, but its answer is lost with the connection.', {
      kind: 'reset',
      when: 'after',
      ...changes,
    }),
    hang: preset('No answer, and nothing is executed, until the client gives up.', { kind: 'hang' }),
    'hang-after-accept': preset('A change is executed, and its answer never comes.', {
      kind: 'hang',
      when: 'after',
      ...changes,
    }),
    'server-error-before-execution': preset('A change meets a 500, and nothing is executed.', {
      kind: 'status',
      status: 500,
      ...changes,
    }),
    'server-error-after-execution': preset('A change is executed, and answered with a 500.', {
      kind: 'status',
      when: 'after',
      status: 500,
      ...changes,
    }),
    'gateway-timeout-after-execution': preset('A change is executed, and a proxy answers 504.', {
      kind: 'status',
      when: 'after',
      status: 504,
      ...changes,
    }),
    'html-body': preset('A proxy answers with an HTML page and 502; nothing is executed.', { kind: 'html' }),
    'html-in-200': preset('A 200 with an HTML page instead of the true answer.', {
      kind: 'html',
      when: 'after',
      status: 200,
    }),
    'truncated-json': preset('The true answer is cut in the middle.', { kind: 'truncate', when: 'after' }),
    'empty-200': preset('A 200 with no body at all instead of the true answer.', {
      kind: 'empty',
      when: 'after',
    }),
    'error-body-in-200': preset("A 200 with the service's own error body; a change has been executed.", {
      kind: 'body',
      when: 'after',
      body: errorBody,
    }),
    'accepted-without-id': preset('A change is accepted, but the answer names no job or task.', {
      kind: 'body',
      when: 'after',
      status: accepted,
      body: {},
      ...changes,
    }),
    'unknown-words': preset('Every state in an answer is a word that no table knows.', {
      kind: 'words',
      method: 'GET',
      ...always,
    }),
    'rate-limited': preset('A 429 that does not say how long to wait.', { kind: 'status', status: 429 }),
    'rate-limited-retry-after': preset('A 429 with Retry-After: 2.', {
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '2' },
    }),
    'slow-lists': preset('Every list comes three seconds late.', {
      kind: 'delay',
      ms: 3000,
      ...lists,
      ...always,
    }),
    'duplicate-ids': preset('Every list holds its first item twice.', {
      kind: 'duplicate',
      ...lists,
      ...always,
    }),
    'hanging-lists': preset('No list is answered until the client gives up.', {
      kind: 'hang',
      ...lists,
      ...always,
    }),
    unreachable: preset('Every connection breaks before the request is seen.', { kind: 'reset', ...always }),
    'empty-lists': preset('Every list is a 200 that says it has no items, as from a session that is dead.', {
      kind: 'empty-list',
      ...lists,
      ...always,
    }),
    'short-lists': preset('Every list has lost half of its items, and says that it is whole.', {
      kind: 'short-list',
      ...lists,
      ...always,
    }),
    'contradicting-duplicates': preset(
      'Every list holds its first item twice, the second time with another name and state.',
      { kind: 'contradict', ...lists, ...always },
    ),
    'items-without-ids': preset('No item of a list has an id.', { kind: 'no-ids', ...lists, ...always }),
    'items-with-gaps': preset('Of every item of a list only the id is known.', {
      kind: 'gaps',
      ...lists,
      ...always,
    }),
    'half-page': preset('Every list is short of half its items, and still counts them all.', {
      kind: 'half-page',
      ...lists,
      ...always,
    }),
    'lying-count': preset('Every list claims to have more than twice as many items.', {
      kind: 'lying-count',
      ...lists,
      ...always,
    }),
    'huge-body': preset('A list answer of 10 MB.', { kind: 'huge', ...lists }),
    flaky: preset('One request in five goes wrong, each in one of seven ways, by the seeded chance.', {
      kind: 'status',
      share: 0.2,
      ...always,
      oneOf: [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
        { kind: 'status', status: 429 },
        { kind: 'reset' },
        { kind: 'status', status: 502, when: 'after' },
        { kind: 'reset', when: 'after' },
        { kind: 'truncate', when: 'after' },
      ],
    }),
  };
}

export interface PresetView {
  preset: string;
  sentence: string;
  rule: FaultRule | null;
  /** What may be said beside the name. */
  fields: string[];
}

export class Presets<State extends object, Settings extends object> {
  private readonly known: Readonly<Record<string, Preset<State, Settings>>>;

  constructor(private readonly simulator: Simulator<State, Settings>) {
    const { definition } = simulator;
    const common = commonPresets(definition.traffic, definition.errorBody?.(400));
    this.known = { ...common, ...definition.presets };
  }

  list(): PresetView[] {
    return Object.entries(this.known).map(([preset, { sentence, rule, fields }]) => ({
      preset,
      sentence,
      rule: rule ?? null,
      fields: Object.keys(rule ? RULE_FIELDS : (fields ?? {})),
    }));
  }

  /** Puts one to work; `given` says more, and wins over what the preset brings. */
  apply(name: unknown, given: Record<string, unknown>): { rule: ActiveFault | null; done: object | null } {
    const preset = typeof name === 'string' && Object.hasOwn(this.known, name) ? this.known[name] : undefined;
    if (!preset) throw new ControlRefusal('preset', `There is no such preset; see GET /_sim/presets.`);
    if (preset.rule) return { rule: this.simulator.faults.add(readRule(given, preset.rule)), done: null };
    const read = readBody(given, preset.fields ?? {});
    return { rule: null, done: preset.act?.(this.simulator, read) ?? {} };
  }
}
