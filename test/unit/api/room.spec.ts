import { Room } from '../../../src/api/http/room.js';

const LATE = 40;

interface Answers {
  times: number;
  tookMs: number;
  latenessMs: number;
  /** Between one answer and the next. */
  everyMs?: number;
}

let nowMs = 0;

function answered(room: Room, { times, tookMs, latenessMs, everyMs = 1_000 }: Answers): number {
  for (let i = 0; i < times; i += 1) {
    nowMs += everyMs;
    room.answered(tookMs, latenessMs, nowMs);
  }
  return room.places;
}

describe('the room for requests', () => {
  it('is all there is while answers come soon, however late the process is', () => {
    expect(answered(new Room(400), { times: 100, tookMs: 500, latenessMs: 2_000 })).toBe(400);
  });

  it('shrinks for as long as answers are slow because the process is, and stays large enough for a few', () => {
    const room = new Room(400);
    expect(answered(room, { times: 3, tookMs: 800, latenessMs: LATE })).toBe(168);
    expect(answered(room, { times: 100, tookMs: 800, latenessMs: LATE })).toBe(32);
    expect(answered(new Room(4), { times: 10, tookMs: 800, latenessMs: LATE })).toBe(4);
  });

  it('is cut once by a standstill that made many answers slow', () => {
    expect(answered(new Room(400), { times: 25, tookMs: 800, latenessMs: LATE, everyMs: 1 })).toBe(300);
  });

  it('is not made smaller by a site that is waited for', () => {
    expect(answered(new Room(400), { times: 1_000, tookMs: 10_000, latenessMs: 2 })).toBe(400);
  });

  it('grows again with every answer that comes soon, to what it was at the most', () => {
    const room = new Room(400);
    answered(room, { times: 100, tookMs: 800, latenessMs: LATE });
    expect(answered(room, { times: 40, tookMs: 20, latenessMs: LATE })).toBe(42);
    expect(answered(room, { times: 10_000, tookMs: 20, latenessMs: 0 })).toBe(400);
  });

  it('grows again also where no answer is ever soon, once the process is not late any more', () => {
    const room = new Room(200);
    answered(room, { times: 100, tookMs: 800, latenessMs: LATE });
    expect(answered(room, { times: 40, tookMs: 3_000, latenessMs: 2 })).toBe(42);
    expect(answered(room, { times: 1_000, tookMs: 3_000, latenessMs: 2 })).toBe(200);
  });
});
