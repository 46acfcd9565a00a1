import { isVerdict, type Operation } from '../domain/operation.js';
import type { WrittenVersions } from '../operations/written-versions.js';
import type { Metrics } from '../platform/metrics.js';

/** From the answer of a simulator to a recovery that takes half a night. */
const DURATIONS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800];
const PHASES = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400];

/** Counted by the process that wrote it; over all processes it is counted once. */
export function measureOperations(written: WrittenVersions, metrics: Metrics): void {
  const accepted = metrics.counter({
    name: 'drgw_operations_accepted_total',
    help: 'Operations that were accepted, or found to have been begun elsewhere (origin EXTERNAL).',
    labelNames: ['action', 'provider', 'origin'],
  });
  const duration = metrics.histogram(
    {
      name: 'drgw_operation_duration_seconds',
      help: 'Time from acceptance to verdict of operations that were asked for here.',
      labelNames: ['action', 'provider', 'state', 'outcome'],
    },
    DURATIONS,
  );
  const phase = metrics.histogram(
    {
      name: 'drgw_operation_phase_duration_seconds',
      help: 'Where the time of ended operations went: queue, submit, upstream, detect.',
      labelNames: ['phase', 'provider'],
    },
    PHASES,
  );
  const unknown = metrics.counter({
    name: 'drgw_operations_unknown_total',
    help: 'Operations that became UNKNOWN: a person must decide.',
    labelNames: ['action', 'provider'],
  });

  written.follow(({ operation, type }) => {
    const { action, provider, origin, state } = operation;
    if (operation.version === 1) accepted({ action, provider, origin }, 1);
    if (type === 'operation.unknown') unknown({ action, provider });
    if (!isVerdict(state) || origin === 'EXTERNAL') return;
    const { timings, outcome } = operation;
    duration({ action, provider, state, outcome: outcome ?? 'NONE' }, (timings.totalMs ?? 0) / 1000);
    for (const [name, ms] of phasesOf(operation)) phase({ phase: name, provider }, ms / 1000);
  });
}

function phasesOf({ timings }: Operation): [string, number][] {
  const phases: [string, number | null][] = [
    ['queue', timings.queuedMs],
    ['submit', timings.submitMs],
    ['upstream', timings.upstreamMs],
    ['detect', timings.detectMs],
  ];
  return phases.filter((phase): phase is [string, number] => phase[1] !== null);
}
