import { SetMetadata } from '@nestjs/common';
import type { Right } from '../../domain/access/rights.js';

export const NEED = 'need';

/** What a route asks of who calls it. */
export interface Need {
  /** null = nothing: health, documentation. */
  right: Right | null;
  /** It shows or changes what belongs to the site as a whole: a part of the site is not enough. */
  wholeSite: boolean;
}

/** Every route declares its right, itself or by its controller; one that does not is refused to everybody, and fails a test. */
export const Needs = (right: Right, { wholeSite = false }: Partial<Pick<Need, 'wholeSite'>> = {}) =>
  SetMetadata(NEED, { right, wholeSite } satisfies Need);

/** Needs no credential. */
export const Public = () => SetMetadata(NEED, { right: null, wholeSite: false } satisfies Need);
