import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { TellsDeprecation, type Deprecation } from '../http/deprecation.js';

/** Read by whoever refines the document, and taken out of it. */
export const DEPRECATED = 'x-deprecated';

/** The route is to go: its answers and the document say since when, until when, and where to read what comes instead. */
export function Deprecated(deprecation: Deprecation) {
  return applyDecorators(
    UseInterceptors(new TellsDeprecation(deprecation)),
    ApiExtension(DEPRECATED, deprecation),
  );
}
