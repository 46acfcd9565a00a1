import { Room } from '../../../src/api/http/room.js';

const LATE = 40;

interface Answers {
  times: number;
  tookMs: number;
  latenessMs: number;
  /** Between one answer and the next. */
  everyMs?: number;
  /** Being answered at the time; by default as many as there is room for. */
  taken?: number;
}

let nowMs = 0;

function answered(room: Room, { times, tookMs, latenessMs, everyMs = 1_000, taken }: Answers): number {
  for (let i = 0; i < times; i += 1) {
    nowMs += everyMs;
    room.answered(tookMs, latenessMs, nowMs, taken ?? room.places);
  }
  return room.places;
}

const wide = (): Room => {
  const room = new Room(400);
  answered(room, { times: 2_000, tookMs: 20, latenessMs: LATE });
  return room;
};

describe('the room for requests', () => {
  it('is for a few at first, and grows as far as it is used, however late the process is', () => {
    expect(new Room(400).places).toBe(64);
    expect(new Room(4).places).toBe(4);
    expect(answered(new Room(400), { times: 2_000, tookMs: 500, latenessMs: 2_000 })).toBe(400);
    expect(answered(new Room(400), { times: 2_000, tookMs: 20, latenessMs: 0, taken: 24 })).toBe(64);
  });

  it('lets in whoever comes while the process is not late, and nobody beyond it while it is', () => {
    const room = new Room(400);
    room.wanted(64, LATE, 0);
    expect(room.places).toBe(64);
    for (const taken of [63, 64, 65, 66]) room.wanted(taken, 2, taken);
    expect(room.places).toBe(67);
    room.wanted(400, 2, 100);
    expect(room.places).toBe(400);
  });

  it('is not widened by all of a crowd that comes before anybody can tell how late the process is', () => {
    const room = new Room(400);
    for (let taken = 64; taken < 300; taken += 1) room.wanted(taken, 2, 0.5);
    expect(room.places).toBe(65);
  });

  it('shrinks for as long as answers are slow because the process is, and stays large enough for a few', () => {
    const room = wide();
    expect(answered(room, { times: 3, tookMs: 800, latenessMs: LATE })).toBe(168);
    expect(answered(room, { times: 100, tookMs: 800, latenessMs: LATE })).toBe(8);
    expect(answered(new Room(4), { times: 10, tookMs: 800, latenessMs: LATE })).toBe(4);
  });

  it('is cut once by a standstill that made many answers slow', () => {
    expect(answered(wide(), { times: 25, tookMs: 800, latenessMs: LATE, everyMs: 1 })).toBe(300);
  });

  it('is not made smaller by a site that is waited for', () => {
    expect(answered(wide(), { times: 1_000, tookMs: 10_000, latenessMs: 2 })).toBe(400);
  });

  it('grows again with every answer that comes soon, to what it was at the most', () => {
    const room = wide();
    answered(room, { times: 100, tookMs: 800, latenessMs: LATE });
    expect(answered(room, { times: 40, tookMs: 20, latenessMs: LATE })).toBe(18);
    expect(answered(room, { times: 10_000, tookMs: 20, latenessMs: 0 })).toBe(400);
  });

  it('grows again also where no answer is ever soon, once the process is not late any more', () => {
    const room = wide();
    answered(room, { times: 100, tookMs: 800, latenessMs: LATE });
    expect(answered(room, { times: 40, tookMs: 3_000, latenessMs: 2 })).toBe(18);
    expect(answered(room, { times: 2_000, tookMs: 3_000, latenessMs: 2 })).toBe(400);
  });
});
