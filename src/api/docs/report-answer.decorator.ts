import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProduces, getSchemaPath } from '@nestjs/swagger';

/** A report in one of its formats. */
export function ReportAnswer(type: Type) {
  return applyDecorators(
    ApiExtraModels(type),
    ApiProduces('application/json', 'text/csv', 'text/html'),
    ApiOkResponse({
      description:
        'The report. `csv`: a cell that a spreadsheet would take for a formula begins with an apostrophe.',
      content: {
        'application/json': { schema: { $ref: getSchemaPath(type) } },
        'text/csv': { schema: { type: 'string' } },
        'text/html': { schema: { type: 'string' } },
      },
    }),
  );
}
