import { Injectable } from '@nestjs/common';
import type { Operation } from '../domain/operation.js';
import { problem, ProblemError } from '../domain/problem.js';
import { OperationStore, type OperationFilter, type OperationPage } from '../operations/operation-store.js';
import type { RequestAccess } from './access/request-access.js';
import { LARGEST_PAGE } from './dto/queries.dto.js';
import { CSV_HEADER, csvLine } from './presenters/operation-csv.presenter.js';
import { ToldOperations } from './told-operations.js';

export const EXPORT_FORMATS = {
  ndjson: { type: 'application/x-ndjson; charset=utf-8' },
  csv: { type: 'text/csv; charset=utf-8; header=present' },
} as const;

/** The history as one file, made while it is read. */
@Injectable()
export class OperationExports {
  constructor(
    private readonly store: OperationStore,
    private readonly told: ToldOperations,
  ) {}

  /** The first page is read at once, so that a store that does not answer is a problem and not half a file. */
  async parts(
    filter: OperationFilter,
    format: keyof typeof EXPORT_FORMATS,
    access: RequestAccess,
  ): Promise<AsyncGenerator<string>> {
    const first = whole(await this.store.list(filter, null, LARGEST_PAGE));
    const lines = async (operations: readonly Operation[]): Promise<string[]> =>
      format === 'csv'
        ? operations.map(csvLine)
        : (await this.told.all(operations, access)).map((one) => `${JSON.stringify(one)}\n`);
    return this.write(first, filter, format === 'csv' ? CSV_HEADER : '', lines);
  }

  private async *write(
    first: OperationPage,
    filter: OperationFilter,
    head: string,
    lines: (operations: readonly Operation[]) => Promise<string[]>,
  ): AsyncGenerator<string> {
    if (head !== '') yield head;
    let page = first;
    for (;;) {
      if (page.items.length > 0) yield (await lines(page.items)).join('');
      if (!page.next) return;
      page = whole(await this.store.list(filter, page.next, LARGEST_PAGE));
    }
  }
}

/** A file cannot say that something is missing in it. */
function whole(page: OperationPage): OperationPage {
  const [missing] = page.unreadable ?? [];
  if (!missing) return page;
  const { fromTime, untilTime, operations, detail } = missing;
  throw new ProblemError(
    problem(
      'history-unavailable',
      `${operations ?? 'An unknown number of'} operations that were created from ${fromTime} to ${untilTime} cannot be read. ${detail}`,
    ),
  );
}
