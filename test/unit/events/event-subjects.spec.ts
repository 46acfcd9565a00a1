import { subjectOf } from '../../../src/events/event-subject.js';
import { EventSubjects } from '../../../src/events/redis-event-subjects.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ArchivedEvents } from '../../../src/history/archive/archived-events.js';
import type { SegmentEntry } from '../../../src/history/archive/segment-entry.js';
import { operationIn } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const GONE = operationIn('SUCCEEDED', { id: 'alpha.0192f0c1-7a3e-7cc0-8000-000000000001' });

function subjects(entry: () => Promise<SegmentEntry | null>): EventSubjects {
  return new EventSubjects(the.redis, new ArchivedEvents({ entry }), silentLog());
}

describe('whose an event is', () => {
  it('is known of an operation that has left the store, and asked once', async () => {
    let asked = 0;
    const archived = subjects(() => {
      asked += 1;
      return Promise.resolve({ record: GONE, events: [], claim: null });
    });
    for (let i = 0; i < 3; i += 1)
      expect((await archived.of([GONE.id])).get(GONE.id)).toEqual(subjectOf(GONE));
    expect(asked).toBe(1);
  });

  it('is the site alone while the archive cannot be read, and no longer', async () => {
    let isAway = true;
    const archived = subjects(() =>
      isAway
        ? Promise.reject(new Error('the folder is away'))
        : Promise.resolve({ record: GONE, events: [], claim: null }),
    );
    expect((await archived.of([GONE.id])).get(GONE.id)).toMatchObject({ siteId: 'alpha', action: null });
    isAway = false;
    expect((await archived.of([GONE.id])).get(GONE.id)).toMatchObject({ action: GONE.action });
  });

  it('is the site alone where there is no such operation any more', async () => {
    const archived = subjects(() => Promise.resolve(null));
    expect((await archived.of([GONE.id])).get(GONE.id)).toMatchObject({ siteId: 'alpha', provider: null });
  });
});
