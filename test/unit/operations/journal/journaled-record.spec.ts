import type { Change } from '../../../../src/domain/operation-change.js';
import type { Operation } from '../../../../src/domain/operation.js';
import type { JournalEntry } from '../../../../src/operations/journal/journal.js';
import { journaledRecords } from '../../../../src/operations/journal/journaled-record.js';
import { at, operation, operationIn } from '../../support/operation.js';

const record = (time: number, of: Operation): JournalEntry => ({
  kind: 'RECORD',
  time: at(time),
  record: of,
});
const change = (time: number, what: Change): JournalEntry => ({
  kind: 'CHANGE',
  time: at(time),
  operationId: operation().id,
  change: what,
});
const sending = operationIn('SUBMITTING', { version: 2 });
const accepted: Change = { kind: 'ACCEPTED', attemptId: 'attempt-1', ref: { jobIds: ['job-7'] } };
const ambiguous: Change = { kind: 'AMBIGUOUS', attemptId: 'attempt-1', evidence: 'Lost.' };
const notSent: Change = { kind: 'NOT_SENT', attemptId: 'attempt-1', notBefore: at(9), text: 'Not sent.' };

async function folded(...entries: JournalEntry[]) {
  const found = await journaledRecords(from(entries));
  return found.get(operation().id) ?? null;
}

async function* from(entries: readonly JournalEntry[]): AsyncGenerator<JournalEntry> {
  await Promise.resolve();
  yield* entries;
}

describe('what the journal knows of an operation', () => {
  it('is the record with the highest version, whenever it was written down', async () => {
    const found = await folded(record(1, sending), record(2, operation()));
    expect(found?.record).toEqual(sending);
    expect(found?.stored).toEqual(sending);
  });

  it('with the key that it was accepted with', async () => {
    const claim = { keyHash: 'k', fingerprint: 'f' };
    const first: JournalEntry = { kind: 'RECORD', time: at(1), record: operation(), claim };
    expect((await folded(first, record(2, sending)))?.claim).toEqual(claim);
    expect((await folded(record(2, sending)))?.claim).toBeNull();
  });

  it('and what the upstream answered since, though the store never heard of it', async () => {
    const found = await folded(record(1, sending), change(2, accepted));
    expect(found?.record).toMatchObject({
      version: 3,
      state: 'RUNNING',
      calls: [{ ref: { jobIds: ['job-7'] } }],
    });
    expect(found?.stored).toEqual(sending);
  });

  it.each([
    [notSent, 'PENDING'],
    [ambiguous, 'RECONCILING'],
  ])('%j makes it %s', async (answer, state) => {
    expect((await folded(record(1, sending), change(2, answer)))?.record.state).toBe(state);
  });

  it('an answer that was written down again and again is one answer', async () => {
    const found = await folded(record(1, sending), change(2, ambiguous), change(3, ambiguous));
    expect(found?.record).toMatchObject({ version: 3, state: 'RECONCILING' });
  });

  it('an answer that the record has already changes nothing', async () => {
    const unknown = operationIn('UNKNOWN', { version: 4 });
    expect((await folded(record(1, sending), change(2, ambiguous), record(3, unknown)))?.record).toEqual(
      unknown,
    );
    const running = operationIn('RUNNING', { version: 3 });
    expect((await folded(change(2, accepted), record(3, running)))?.record).toEqual(running);
  });

  it('a late answer of the upstream counts though it was doubted meanwhile', async () => {
    const unknown = operationIn('UNKNOWN', { version: 4 });
    const found = await folded(record(3, unknown), change(5, accepted));
    expect(found?.record).toMatchObject({ version: 5, state: 'RUNNING' });
  });

  it('an answer to an earlier attempt says nothing of the current one', async () => {
    const again = operationIn('SUBMITTING', { version: 4 });
    again.calls = again.calls.map((call) => ({
      ...call,
      attempt: { id: 'attempt-2', intentTime: at(5), overBy: at(45) },
    }));
    expect((await folded(record(1, sending), change(2, notSent), record(5, again)))?.record).toEqual(again);
  });

  it('an answer to an earlier request to stop says nothing of the current one', async () => {
    const asking = operationIn('CANCELLING', { version: 8 });
    asking.cancel = {
      requestedBy: 'ada',
      requestedTime: at(3),
      state: 'SENDING',
      detail: null,
      overBy: at(50),
    };
    const answer = (overBy?: string): Change => ({
      kind: 'CANCEL_ANSWERED',
      state: 'ACCEPTED',
      detail: null,
      ...(overBy ? { overBy } : {}),
    });
    expect((await folded(change(2, answer()), record(9, asking)))?.record).toEqual(asking);
    expect((await folded(change(2, answer(at(20))), record(9, asking)))?.record).toEqual(asking);
    expect((await folded(record(9, asking), change(9, answer(at(50)))))?.record.cancel?.state).toBe(
      'ACCEPTED',
    );
    expect((await folded(record(9, asking), change(10, answer())))?.record.cancel?.state).toBe('ACCEPTED');
  });

  it('of two attempts with one version, one of which the store took back, it is the one that went further', async () => {
    const frozen = operationIn('SUBMITTING', { version: 2 });
    frozen.calls = frozen.calls.map((call) => ({
      ...call,
      attempt: { id: 'attempt-frozen', intentTime: at(1), overBy: at(41) },
    }));
    const late: Change = {
      kind: 'NOT_SENT',
      attemptId: 'attempt-frozen',
      notBefore: at(9),
      text: 'Not sent.',
    };
    const entries = [record(2, sending), change(3, accepted), record(4, frozen), change(5, late)];
    expect((await folded(...entries))?.record).toMatchObject({ state: 'RUNNING', version: 3 });
    expect((await folded(record(2, sending), record(4, frozen), change(5, late)))?.record.state).toBe(
      'SUBMITTING',
    );
  });

  it('nothing follows a verdict', async () => {
    const ended = operationIn('REJECTED', { version: 3 });
    expect((await folded(record(3, ended), change(4, accepted)))?.record).toEqual(ended);
  });

  it('is nothing when it was never recorded here', async () => {
    expect(await folded(change(2, accepted))).toBeNull();
  });
});
