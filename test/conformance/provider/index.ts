import { cancelConcern } from './cancel.js';
import { errorsConcern } from './errors.js';
import type { ConformanceSubject } from './harness.js';
import { furtherReadsConcern } from './further-reads.js';
import { hygieneConcern } from './hygiene.js';
import { identityConcern } from './identity.js';
import { lifecycleConcern } from './lifecycle.js';
import { observeConcern } from './observe.js';
import { partsConcern } from './parts.js';
import { pastRunsConcern } from './past-runs.js';
import { promptsConcern } from './prompts.js';
import { readsConcern } from './reads.js';
import { recoverConcern } from './recover.js';
import { startConcern } from './start.js';
import { surveyConcern } from './survey.js';

/** Registers the tests that every driver must pass. A provider needs no other test of what its driver means. */
export function describeProviderConformance(subject: ConformanceSubject): void {
  describe(`the ${subject.name} driver`, () => {
    afterAll(() => subject.close());

    identityConcern(subject);
    readsConcern(subject);
    startConcern(subject);
    recoverConcern(subject);
    observeConcern(subject);
    cancelConcern(subject);
    errorsConcern(subject);
    lifecycleConcern(subject);
    hygieneConcern(subject);
    partsConcern(subject);
    furtherReadsConcern(subject);
    promptsConcern(subject);
    surveyConcern(subject);
    pastRunsConcern(subject);
  });
}
