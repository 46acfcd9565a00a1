import { RequestWindow } from '../../../src/providers/request-window.js';

const MINUTE = 60_000;

describe('a window that slides', () => {
  it('has a place while less than the most is used', () => {
    const window = new RequestWindow(MINUTE);
    for (let n = 0; n < 3; n += 1) window.add(1_000);
    expect(window.waitMs(4, 1_000)).toBe(0);
    expect(window.waitMs(3, 1_000)).toBeGreaterThan(0);
  });

  it('says when the next place is free, to the slot', () => {
    const window = new RequestWindow(MINUTE);
    window.add(500);
    window.add(10_200);
    const wait = window.waitMs(2, 20_000);
    expect(window.waitMs(2, 20_000 + wait - 1)).toBeGreaterThan(0);
    expect(window.waitMs(2, 20_000 + wait)).toBe(0);
  });

  it('gives back what was taken for nothing', () => {
    const window = new RequestWindow(MINUTE);
    window.add(500);
    window.add(500);
    window.giveBack(500);
    expect(window.used(600)).toBe(1);
    window.giveBack(500);
    expect(window.used(600)).toBe(0);
  });

  it('never lets more through than the most in any minute, wherever the minute begins', () => {
    const window = new RequestWindow(MINUTE);
    const sent: number[] = [];
    for (let now = 0; now < 6 * MINUTE; now += 130) {
      if (window.waitMs(50, now) > 0) continue;
      window.add(now);
      sent.push(now);
    }
    for (const begin of sent) {
      const inMinute = sent.filter((at) => at >= begin && at < begin + MINUTE);
      expect(inMinute.length).toBeLessThanOrEqual(50);
    }
    // The price of not knowing when the upstream's minute begins is small.
    expect(sent.length).toBeGreaterThanOrEqual(5 * 50);
  });
});
