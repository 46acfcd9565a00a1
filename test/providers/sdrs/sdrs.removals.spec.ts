import {
  ProviderError,
  type Delivery,
  type ProviderErrorKind,
} from '../../../src/providers/provider-error.js';
import { judgedRemoval } from '../../../src/providers/sdrs/wire/sdrs.removals.js';

const there = async (): Promise<unknown> => ({ id: 'x' });
const failing = (kind: ProviderErrorKind) => async (): Promise<unknown> => {
  throw new ProviderError(kind, 'no', { upstream: { status: 400, code: 'X' } });
};

interface Removal {
  collection: string;
  code: string;
  look: () => Promise<unknown>;
  method?: 'DELETE' | 'POST';
  delivery?: Delivery;
}

async function judged({ collection, code, look, method = 'DELETE', delivery = 'REFUSED' }: Removal) {
  const error = new ProviderError('WRONG_STATE', 'refused', { upstream: { status: 400, code }, delivery });
  const seen: string[] = [];
  const call = { label: 'remove it', method, path: `/v1/p/${collection}/a%2Fb`, body: {} };
  const looks = {
    [collection]: (id: string) => {
      seen.push(id);
      return look();
    },
  };
  const judgement = await judgedRemoval(call, error, looks);
  return { same: judgement === error, judgement, seen };
}

describe.each([
  ['protected-instances', 'SDRS.1301', 'SDRS.1913'],
  ['disaster-recovery-drills', 'SDRS.1913', 'SDRS.1301'],
])('a removal from %s that is refused with %s', (collection, code, other) => {
  it('was of something that is gone, if a look finds nothing', async () => {
    const { judgement, seen } = await judged({ collection, code, look: failing('NOT_FOUND') });
    expect(judgement).toMatchObject({
      kind: 'NOT_FOUND',
      retry: 'PERMANENT',
      delivery: 'REFUSED',
      upstream: { code },
    });
    expect(seen).toEqual(['a/b']);
  });

  it('is about its state, if it is there', async () => {
    expect((await judged({ collection, code, look: there })).same).toBe(true);
  });

  it.each(['TIMEOUT', 'UNAVAILABLE', 'PERMISSION_DENIED', 'BAD_ANSWER'] as const)(
    'stays as it is, if the look ends with %s',
    async (kind) => {
      expect((await judged({ collection, code, look: failing(kind) })).same).toBe(true);
    },
  );

  it('is not looked at when it is no removal, not a refusal, or speaks of something else', async () => {
    const look = failing('NOT_FOUND');
    for (const removal of [
      { collection, code, look, method: 'POST' as const },
      { collection, code, look, delivery: 'AMBIGUOUS' as const },
      { collection, code: other, look },
      { collection, code: 'SDRS.1002', look },
      { collection: 'server-groups', code, look },
    ]) {
      const { same, seen } = await judged(removal);
      expect([same, seen]).toEqual([true, []]);
    }
  });
});

it('what is no error of a provider passes through', async () => {
  const call = { label: '', method: 'DELETE', path: '/v1/p/protected-instances/x', body: {} } as const;
  const error = new Error('other');
  expect(await judgedRemoval(call, error, {})).toBe(error);
});
