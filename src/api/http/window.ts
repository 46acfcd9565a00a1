import type { WindowQueryDto } from '../dto/part-queries.dto.js';

/** From and until in milliseconds; what is absent stays open. */
export function windowOf({ from, until }: Pick<WindowQueryDto, 'from' | 'until'>) {
  return {
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(until === undefined ? {} : { untilMs: Date.parse(until) }),
  };
}
