import type { Bench } from './bench.js';
import { accepts } from './http/accept.js';
import { lists } from './http/lists.js';
import { starts } from './http/starts.js';
import { manyReaders } from './live/many-readers.js';
import { historyPages } from './past/history-pages.js';
import { longRuns } from './past/long-runs.js';
import { recordBytes } from './past/record-bytes.js';
import { fewQuestions } from './sites/few-questions.js';
import { oneSiteHangs } from './sites/one-site-hangs.js';
import { overload } from './sites/overload.js';
import { soonKnown } from './sites/soon-known.js';
import { twoOfEach } from './sites/two-of-each.js';
import { stores } from './stores/one-and-three.js';

/** In the order of the table. */
export const BENCHES: readonly Bench[] = [
  lists,
  accepts,
  fewQuestions,
  soonKnown,
  historyPages,
  recordBytes,
  longRuns,
  manyReaders,
  twoOfEach,
  overload,
  oneSiteHangs,
  starts,
  stores,
];
