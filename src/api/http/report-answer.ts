import type { ReportFormat } from '../dto/reports.dto.js';
import type { HttpExchange } from './exchange.decorator.js';

const TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  html: 'text/html; charset=utf-8',
} as const;

/** Says what a report in a format of its own is. A page of names that others chose runs nothing, and loads nothing. */
export function answersReport(
  { reply }: HttpExchange,
  format: Exclude<ReportFormat, 'json'>,
  name: string,
): void {
  void reply.type(TYPES[format]).header('cache-control', 'no-store');
  if (format === 'csv') void reply.header('content-disposition', `attachment; filename="${name}.csv"`);
  else
    void reply
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .header('x-content-type-options', 'nosniff');
}
