import { timingsOf } from '../../../src/domain/operation-timings.js';
import { at, attempt, call, operation, operationIn } from '../support/operation.js';

describe('where the time of an operation went', () => {
  it('is only waiting, before anything was sent', () => {
    expect(timingsOf(operation(), at(7))).toEqual({
      queuedMs: null,
      submitMs: null,
      upstreamMs: null,
      detectMs: null,
      totalMs: 7_000,
    });
  });

  it('is split at the intent, the acceptance, the end of the jobs and the verdict', () => {
    const done = operationIn('SUCCEEDED', {
      calls: [call('ACCEPTED', { attempt: attempt('a') })],
      startedTime: at(3),
      jobsOverSince: at(33),
      endedTime: at(38),
    });
    expect(timingsOf(done, at(100))).toEqual({
      queuedMs: 1_000,
      submitMs: 2_000,
      upstreamMs: 30_000,
      detectMs: 5_000,
      totalMs: 38_000,
    });
  });

  it('of detection is not known where the end was only seen together with the verdict', () => {
    const done = operationIn('SUCCEEDED', { startedTime: at(3), endedTime: at(38) });
    expect(timingsOf(done, at(100))).toMatchObject({ upstreamMs: 35_000, detectMs: null });
    const atOnce = { ...done, jobsOverSince: at(38) };
    expect(timingsOf(atOnce, at(100))).toMatchObject({ upstreamMs: 35_000, detectMs: null });
  });

  it('of detection begins where the upstream says that it ended, if that can be', () => {
    const done = operationIn('SUCCEEDED', { startedTime: at(3), jobsOverSince: at(36), endedTime: at(38) });
    const told = (upstreamEndedTime: string) => timingsOf({ ...done, upstreamEndedTime }, at(100));
    expect(told(at(33))).toMatchObject({ upstreamMs: 30_000, detectMs: 5_000 });
    // By a clock that is wrong: what we saw counts.
    for (const wrong of [at(2), at(37), at(4_000)])
      expect(told(wrong)).toMatchObject({ upstreamMs: 33_000, detectMs: 2_000 });
  });

  it('of detection is known of what was seen over and settled in one look, where the upstream tells its end', () => {
    const done = operationIn('SUCCEEDED', { startedTime: at(3), jobsOverSince: at(38), endedTime: at(38) });
    expect(timingsOf({ ...done, upstreamEndedTime: at(34) }, at(100))).toMatchObject({
      upstreamMs: 31_000,
      detectMs: 4_000,
    });
  });

  it('is never negative, even when a clock was set back', () => {
    const odd = operationIn('SUCCEEDED', { createdTime: at(50), startedTime: at(9), endedTime: at(3) });
    const known = Object.values(timingsOf(odd, at(0))).filter((ms): ms is number => ms !== null);
    expect(Math.min(...known)).toBe(0);
  });

  it('of the upstream is not known for what never started', () => {
    const rejected = operation({ state: 'REJECTED', endedTime: at(4) });
    expect(timingsOf(rejected, at(9))).toMatchObject({ upstreamMs: null, detectMs: null, totalMs: 4_000 });
  });
});
