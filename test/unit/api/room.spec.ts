import { Room } from '../../../src/api/http/room.js';

const LATE = 40;

function answered(room: Room, times: number, tookMs: number, latenessMs: number): number {
  for (let i = 0; i < times; i += 1) room.answered(tookMs, latenessMs);
  return room.places;
}

describe('the room for requests', () => {
  it('is all there is while answers come soon, however late the process is', () => {
    expect(answered(new Room(400), 100, 500, 2_000)).toBe(400);
  });

  it('shrinks while answers are slow because the process is, and stays large enough for a few', () => {
    const room = new Room(400);
    expect(answered(room, 10, 800, LATE)).toBe(139);
    expect(answered(room, 100, 800, LATE)).toBe(32);
    expect(answered(new Room(4), 10, 800, LATE)).toBe(4);
  });

  it('is not made smaller by a site that is waited for', () => {
    expect(answered(new Room(400), 1_000, 10_000, 2)).toBe(400);
  });

  it('grows again with every answer that comes soon, to what it was at the most', () => {
    const room = new Room(400);
    answered(room, 100, 800, LATE);
    expect(answered(room, 40, 20, LATE)).toBe(42);
    expect(answered(room, 10_000, 20, 0)).toBe(400);
  });
});
