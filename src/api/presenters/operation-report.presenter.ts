import type { OperationEvent } from '../../domain/operation-event.js';
import type { OperationReport } from '../../history/reports/operation-report.service.js';
import type { OperationDto } from '../dto/operation.dto.js';
import type { OperationReportDto, TimelineEntryDto } from '../dto/reports.dto.js';
import { csvLine, type Cell } from './csv.js';
import { presentDrill } from './drill.presenter.js';
import { facts, html, page, table, type Html } from './html.js';
import { presentBreakdown, seconds } from './statistics.presenter.js';

export function presentTimeline(events: readonly OperationEvent[], createdTime: string): TimelineEntryDto[] {
  return events.map(({ sequence, time, type, state, outcome, progressPercent, text }) => ({
    ...{ sequence, time },
    elapsedSeconds: seconds(Math.max(0, Date.parse(time) - Date.parse(createdTime))),
    ...{ type, state, outcome, progressPercent, text },
  }));
}

export function presentReport(
  report: OperationReport,
  present: (operation: OperationReport['operation']) => OperationDto,
): OperationReportDto {
  const { generatedTime, operation, events, breakdown, objectives, rto, drill, counterpart } = report;
  return {
    generatedTime,
    operation: present(operation),
    timeline: presentTimeline(events, operation.createdTime),
    breakdown: breakdown && presentBreakdown(breakdown),
    objectives,
    rtoState: rto,
    drill: drill && presentDrill(drill),
    counterpart: counterpart && present(counterpart),
  };
}

/** Name and value of everything worth a line, in sections: the same on paper and in a file. */
function sectionsOf(report: OperationReportDto): Readonly<Record<string, Readonly<Record<string, Cell>>>> {
  const { operation, breakdown, objectives, rtoState, drill, counterpart } = report;
  const { target, error, resolution } = operation;
  return {
    Operation: {
      Id: operation.id,
      Action: operation.action,
      Direction: operation.direction,
      Target: target.name,
      'Target id': target.id,
      Site: operation.siteId,
      Provider: operation.provider,
      'Begun through': operation.origin,
      'Requested by': operation.requestedBy,
      Reason: operation.reason,
      State: operation.state,
      Outcome: operation.outcome,
      Requested: operation.createdTime,
      Started: operation.startedTime,
      Ended: operation.endedTime,
      Error: error && `${error.title}: ${error.detail}`,
      'Settled by': resolution && `${resolution.resolvedBy}: ${resolution.verdict}, ${resolution.reason}`,
    },
    Time: {
      'Waited to be sent, seconds': breakdown?.queueSeconds,
      'Sending, seconds': breakdown?.submitSeconds,
      'At the upstream, seconds': breakdown?.upstreamSeconds,
      'Until the verdict, seconds': breakdown?.verifySeconds,
      'Total, seconds': breakdown && seconds(operation.timings.totalMs),
      'Recovery time objective, seconds': objectives.rtoSeconds,
      'Recovery time objective is': rtoState,
    },
    Drill: {
      'Id of the drill': drill?.id,
      'State of the drill': drill?.state,
      'Drill started': drill?.startedTime,
      'Drill due': drill?.dueTime,
      'Drill ended': drill?.endedTime,
      'Drill ended by': drill?.endedBy,
      'Start or clean-up': counterpart && `${counterpart.action} ${counterpart.state}`,
      'Its operation': counterpart?.id,
      'Asked for by': counterpart?.requestedBy,
      'Asked for at': counterpart?.createdTime,
    },
  };
}

export function reportCsv(report: OperationReportDto): string {
  const lines = [csvLine(['section', 'item', 'time', 'value'])];
  for (const [section, items] of Object.entries(sectionsOf(report))) {
    const known = Object.entries(items).filter(([, value]) => value !== null && value !== undefined);
    lines.push(...known.map(([item, value]) => csvLine([section, item, '', value])));
  }
  const { operation, drill, timeline } = report;
  lines.push(...operation.steps.map(({ title, state }) => csvLine(['Steps', title, '', state])));
  lines.push(...operation.warnings.map((text) => csvLine(['Warnings', '', '', text])));
  lines.push(...(drill?.leftovers ?? []).map(({ text }) => csvLine(['Left behind', '', '', text])));
  lines.push(...timeline.map(({ type, time, text }) => csvLine(['Timeline', type, time, text])));
  return lines.join('');
}

export function reportHtml(report: OperationReportDto): string {
  const { operation, drill, timeline, generatedTime } = report;
  const isDrill = operation.action === 'START_DRILL' || operation.action === 'CLEAN_UP_DRILL';
  const sections = Object.entries(sectionsOf(report)).flatMap(([name, items]): Html[] =>
    Object.values(items).every((value) => value === null || value === undefined)
      ? []
      : [html`<h2>${name}</h2>`, facts(items as Parameters<typeof facts>[0])],
  );
  return page(
    `${isDrill ? 'Drill report' : 'Operation report'}: ${operation.target.name}`,
    facts({ Generated: generatedTime }),
    ...sections,
    table(
      'Steps',
      ['Step', 'State', 'Detail'],
      operation.steps.map(({ title, state, detail }) => [title, state, detail]),
    ),
    table(
      'Warnings',
      ['Warning'],
      operation.warnings.map((text) => [text]),
    ),
    ...(drill
      ? [
          table(
            'Left behind',
            ['What', 'Remedy'],
            drill.leftovers.map(({ text, remedy }) => [text, remedy]),
          ),
        ]
      : []),
    table(
      'Timeline',
      ['Time', 'After', 'Event', 'State', 'What happened'],
      timeline.map(({ time, elapsedSeconds, type, state, text }) => [
        time,
        `${elapsedSeconds} s`,
        type,
        state,
        text,
      ]),
    ),
  );
}
