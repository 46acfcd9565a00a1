import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Turnstile } from '../../../src/api/http/turnstile.js';

function standing(): { let: (...names: string[]) => void; gone: string[]; hurry: { is: boolean } } {
  const [gone, hurry]: [string[], { is: boolean }] = [[], { is: true }];
  const turnstile = new Turnstile(() => hurry.is);
  return {
    gone,
    hurry,
    let: (...names) => names.forEach((name) => turnstile.pass(() => gone.push(name))),
  };
}

describe('the turnstile before what is in no hurry', () => {
  it('holds nobody up while nobody is in a hurry', () => {
    const at = standing();
    at.hurry.is = false;
    at.let('a', 'b');
    expect(at.gone).toEqual(['a', 'b']);
  });

  it('lets one on in each turn while somebody is, in the order of arrival', async () => {
    const at = standing();
    at.let('a', 'b', 'c');
    expect(at.gone).toEqual([]);
    await nextTurn();
    expect(at.gone).toEqual(['a']);
    at.let('d');
    await nextTurn();
    expect(at.gone).toEqual(['a', 'b']);
    for (let turn = 0; turn < 2; turn += 1) await nextTurn();
    expect(at.gone).toEqual(['a', 'b', 'c', 'd']);
    at.let('e');
    expect(at.gone).toHaveLength(4);
    await nextTurn();
    expect(at.gone).toHaveLength(5);
  });

  it('lets all who stand there on when the hurry is over, and nobody past them', async () => {
    const at = standing();
    at.let('a', 'b', 'c');
    at.hurry.is = false;
    at.let('d');
    expect(at.gone).toEqual([]);
    await nextTurn();
    expect(at.gone).toEqual(['a', 'b', 'c', 'd']);
    at.let('e');
    expect(at.gone.at(-1)).toBe('e');
  });

  it('lets one on in a turn also where whoever goes on brings another', async () => {
    const gone: string[] = [];
    const turnstile = new Turnstile(() => true);
    turnstile.pass(() => {
      gone.push('a');
      for (const name of ['b', 'c']) turnstile.pass(() => gone.push(name));
    });
    for (const so of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      await nextTurn();
      expect(gone).toEqual(so);
    }
  });

  it('has everybody go on as who they are', async () => {
    const [storage, seen]: [AsyncLocalStorage<string>, (string | undefined)[]] = [
      new AsyncLocalStorage(),
      [],
    ];
    const turnstile = new Turnstile(() => true);
    for (const name of ['a', 'b'])
      storage.run(name, () => turnstile.pass(() => seen.push(storage.getStore())));
    for (let turn = 0; turn < 2; turn += 1) await nextTurn();
    expect(seen).toEqual(['a', 'b']);
  });
});
