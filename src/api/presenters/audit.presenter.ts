import type { AuditFilter, AuditPage, ListedDecision } from '../../audit/audit-log.js';
import type { AuditEntryDto, AuditExportQueryDto, AuditListDto } from '../dto/audit.dto.js';

export function auditFilter({ from, to, ...same }: AuditExportQueryDto): AuditFilter {
  return { ...same, fromMs: momentOf(from), toMs: momentOf(to) };
}

export function presentAudit(page: AuditPage, nextPageToken: string | undefined): AuditListDto {
  return {
    items: page.items.map(presentDecision),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    ...(page.damaged === 0 ? {} : { damaged: page.damaged }),
  };
}

export function presentDecision({ validateOnly, ...decision }: ListedDecision): AuditEntryDto {
  return { ...decision, validateOnly: validateOnly ?? false };
}

function momentOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
