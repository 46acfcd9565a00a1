import { ACTION_FACTS } from '#gateway/domain/action-facts';
import { type DrAction, type TargetType } from '#gateway/domain/dr-action';
import type { Lifecycle, LifecycleRow, StateMeaning } from '#gateway/domain/lifecycle';
import { isVerdict, OPERATION_STATES, type OperationState } from '#gateway/domain/operation';
import { TRANSITIONS } from '#gateway/domain/operation-machine';
import type { ProviderDescriptor } from '#gateway/providers/provider-driver';
import { DRIVERS } from '#gateway/providers/drivers';
import { code, codes, fenced, page, table } from './markdown.js';

const INTRODUCTION = `# Lifecycles

Two kinds. The life of an **operation** is the gateway's own and the same everywhere. The life of a **protection group or
recovery plan** is the upstream's: each driver declares, in the upstream's own words, from which states an action is taken,
what it passes through and where it ends. Tables and diagrams are made from the data that the gateway runs on.`;

type Kind = TargetType;
type Words = Readonly<Record<string, StateMeaning>>;

/** `docs/lifecycle.md`. */
export function lifecycleReference(): string {
  const descriptors = Object.values(DRIVERS).map(({ descriptor }) => descriptor);
  return page(
    INTRODUCTION,
    '## An operation',
    operationDiagram(),
    operationTable(),
    ...descriptors.map(providerPart),
  );
}

function operationDiagram(): string {
  const moves = OPERATION_STATES.flatMap((to) =>
    TRANSITIONS[to].filter((from) => from !== to).map((from) => `${from} --> ${to}`),
  );
  const ends = OPERATION_STATES.filter(isVerdict).map((state) => `${state} --> [*]`);
  return diagram(['[*] --> PENDING', ...moves, ...ends]);
}

function operationTable(): string {
  const next = (from: OperationState): OperationState[] =>
    OPERATION_STATES.filter((to) => to !== from && TRANSITIONS[to].includes(from));
  return table(
    ['State', 'May become'],
    OPERATION_STATES.map((state) => [
      code(state),
      isVerdict(state) ? 'nothing else: a verdict closes the record' : codes(next(state)),
    ]),
  );
}

function providerPart({ provider, title, lifecycle }: ProviderDescriptor): string {
  const { PROTECTION_GROUP, RECOVERY_PLAN, DRILL } = lifecycle.states;
  const shared = PROTECTION_GROUP === RECOVERY_PLAN;
  return [
    `## ${title} (${code(provider)})`,
    actionTable(lifecycle),
    ...(shared
      ? kindPart(
          'A group and its plan',
          PROTECTION_GROUP,
          resting(lifecycle, () => true),
        )
      : [
          ...kindPart('A plan', RECOVERY_PLAN, resting(lifecycle, isOn('RECOVERY_PLAN'))),
          ...kindPart('A group', PROTECTION_GROUP, resting(lifecycle, isOn('PROTECTION_GROUP'))),
        ]),
    ...(shared && Object.keys(DRILL).length > 0 ? ['### A drill', wordTable(DRILL)] : []),
  ].join('\n\n');
}

function actionTable(lifecycle: Lifecycle): string {
  return table(
    ['Action', 'From', 'Via', 'To', 'Ends badly in', 'The workload'],
    rowsOf(lifecycle).map(([action, row]) => {
      const target = ACTION_FACTS[action].targetType;
      const kind = row.observes === 'DRILL' ? 'DRILL' : target;
      return [
        code(action),
        words(lifecycle, target, row.from),
        words(lifecycle, kind, row.via),
        words(lifecycle, kind, row.to),
        words(lifecycle, kind, row.failed),
        row.flipsActiveSite ? 'moves' : 'stays',
      ];
    }),
  );
}

/** The upstream's words, each with ours beside it. */
function words(lifecycle: Lifecycle, kind: Kind, given: LifecycleRow['from'] | LifecycleRow['to']): string {
  if (given === 'ANY') return 'any state';
  if (given === 'GONE') return 'gone';
  if (given.length === 0) return '–';
  const noun = kind === 'DRILL' ? 'drill ' : '';
  return given
    .map((word) => `${noun}${code(word)} (${lifecycle.states[kind]?.[word]?.state ?? 'UNKNOWN'})`)
    .join('<br>');
}

function kindPart(title: string, known: Words, edges: readonly string[]): string[] {
  return [`### ${title}`, diagram([...labels(known, edges), ...edges]), wordTable(known)];
}

function wordTable(known: Words): string {
  return table(
    ['Upstream', 'Ours', '', 'Meaning'],
    Object.entries(known).map(([word, { state, passing, meaning }]) => [
      code(word),
      code(state),
      passing ? 'passing' : 'rests',
      meaning,
    ]),
  );
}

/** An arrow per action between states that rest. Drills that leave their group alone have none. */
function resting(lifecycle: Lifecycle, chosen: (action: DrAction) => boolean): string[] {
  return rowsOf(lifecycle)
    .filter(([action, row]) => chosen(action) && row.observes !== 'DRILL' && row.to !== 'ANY')
    .flatMap(([action, row]) => {
      const from = row.from === 'ANY' ? ['[*]'] : row.from.map(nodeOf);
      const to = typeof row.to === 'string' ? ['[*]'] : row.to.map(nodeOf);
      return from.flatMap((start) => to.map((end) => `${start} --> ${end}: ${action}`));
    });
}

function isOn(target: TargetType): (action: DrAction) => boolean {
  return (action) => ACTION_FACTS[action].targetType === target;
}

function rowsOf(lifecycle: Lifecycle): [DrAction, LifecycleRow][] {
  return Object.entries(lifecycle.actions) as [DrAction, LifecycleRow][];
}

/** Mermaid takes no hyphens in a state's name: those words get a name of their own and keep their text. */
function labels(known: Words, edges: readonly string[]): string[] {
  return Object.keys(known)
    .filter(
      (word) => word.includes('-') && edges.some((edge) => edge.split(/ --> |: /).includes(nodeOf(word))),
    )
    .map((word) => `state "${word}" as ${nodeOf(word)}`);
}

function nodeOf(word: string): string {
  return word.replaceAll('-', '_');
}

function diagram(lines: readonly string[]): string {
  return fenced('mermaid', ['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n'));
}
