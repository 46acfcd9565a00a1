import { reduce } from '../../../src/domain/operation-machine.js';
import { inOurShape, isNewer, readRecord, WRITTEN_SCHEMA } from '../../../src/domain/operation-schema.js';
import type { Operation } from '../../../src/domain/operation.js';
import { at, operation, operationIn } from '../support/operation.js';

const LATER = { input: 0, expected: 0, resolution: 0, parentId: 0, composite: 0 };

/** As a version before wrote it: without what nobody had needed yet. */
function older(): Record<string, unknown> {
  const kept = Object.entries(operation()).filter(([name]) => !(name in LATER));
  return { ...Object.fromEntries(kept), schema: 1 };
}

describe('a record', () => {
  it('of this version is read as it was written', () => {
    const record = operationIn('RUNNING');
    expect(readRecord(JSON.stringify(record))).toEqual(record);
    expect(record.schema).toBe(WRITTEN_SCHEMA);
  });

  it('of the version before gets what it did not have', () => {
    const read = readRecord(JSON.stringify(older()));
    expect(read).toMatchObject({
      schema: WRITTEN_SCHEMA,
      expected: null,
      input: null,
      resolution: null,
      parentId: null,
      composite: null,
      target: { within: null },
    });
    expect(isNewer(read)).toBe(false);
  });

  it('of the version before goes on in the new shape with its next change, and that is readable there too', () => {
    const step = reduce(
      inOurShape(older() as unknown as Operation),
      { kind: 'DELAYED', notBefore: at(5), text: 'Later.' },
      at(1),
    );
    expect(step?.operation).toMatchObject({ schema: WRITTEN_SCHEMA, version: 2 });
    expect(Object.keys(older()).filter((name) => !(name in (step?.operation ?? {})))).toEqual([]);
  });

  it('of the version before keeps what it has', () => {
    const input = {
      promptId: 'p',
      requestedBy: 'ada',
      requestedTime: at(1),
      state: 'ACCEPTED',
      detail: null,
    };
    expect(readRecord(JSON.stringify({ ...older(), input, parentId: 'p-1' }))).toMatchObject({
      input,
      parentId: 'p-1',
    });
  });
});

describe('a record of a newer version', () => {
  const newer = { ...operationIn('RUNNING'), schema: WRITTEN_SCHEMA + 1, state: 'PAUSED', hue: 'blue' };

  it('is read as far as it goes, with all that is not known here', () => {
    const { steps: _steps, warnings: _warnings, timings: _timings, ...changedMuch } = newer;
    const read = readRecord(JSON.stringify(changedMuch));
    expect(isNewer(read)).toBe(true);
    expect(read).toMatchObject({
      schema: WRITTEN_SCHEMA + 1,
      state: 'PAUSED',
      hue: 'blue',
      steps: [],
      warnings: [],
    });
  });

  it.each([
    [{ kind: 'DELAYED', notBefore: at(5), text: 'Later.' }],
    [{ kind: 'UNDECIDED', evidence: 'Nothing is to be seen.' }],
    [{ kind: 'VERDICT', state: 'FAILED', outcome: 'NONE', problem: null, text: 'Over.' }],
  ] as const)('is changed by nothing: %j', (change) => {
    expect(reduce({ ...operationIn('RECONCILING'), schema: WRITTEN_SCHEMA + 1 }, change, at(9))).toBeNull();
  });
});
