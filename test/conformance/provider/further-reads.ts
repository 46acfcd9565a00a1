import { parsePublicId } from '../../../src/domain/ids.js';
import { FURTHER_READS, type FurtherRead } from '../../../src/providers/further-reads.js';
import type { CallContext } from '../../../src/providers/provider-driver.js';
import { aHarness, errorOf } from './expectations.js';
import type { ConformanceSubject, Trouble } from './harness.js';
import { patiently } from './journey.js';

const BROKEN: readonly Trouble['accident'][] = ['TRUNCATED', 'EMPTY', 'INTERNAL_ERROR', 'NOT_FOUND_PAGE'];

/** What only some upstreams can tell is told with the same honesty. */
export function furtherReadsConcern(subject: ConformanceSubject): void {
  const { reads } = subject.factory.descriptor.capabilities;

  describe('further reads', () => {
    const harness = aHarness(subject);

    it('has exactly those that it names', () => {
      const { further } = harness().createDriver();
      expect(FURTHER_READS.filter((name) => further[name] !== undefined)).toEqual(
        FURTHER_READS.filter((name) => reads.includes(name)),
      );
    });

    if (reads.length === 0) return;

    it.each([...reads])('tells of %s in plain JSON, and changes nothing by it', async (name) => {
      const answer = await ask(name, 'there');
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
      for (const item of Array.isArray(answer) ? (answer as object[]) : [answer as object]) {
        if ('siteId' in item && 'id' in item) expect(parsePublicId(String(item.id))).not.toBeNull();
      }
      expect(harness().executions()).toEqual([]);
    });

    it.each([...reads])('does not make up %s of something that is not there', async (name) => {
      if (harness().where(name).absent === undefined) return;
      expect(await errorOf(ask(name, 'absent'))).toMatchObject({ kind: 'NOT_FOUND', retry: 'PERMANENT' });
    });

    describe.each(BROKEN)('when the site answers with %s', (accident) => {
      it.each([...reads])('%s is an error, never emptiness', async (name) => {
        harness().trouble({ on: 'READ', accident });
        const error = await errorOf(ask(name, 'there'));
        expect(error.kind).not.toBe('NOT_FOUND');
      });
    });

    it.each([...reads])('%s can be given up', async (name) => {
      const cx: CallContext = { signal: AbortSignal.abort() };
      await errorOf(ask(name, 'there', cx));
    });

    /** Some upstreams make their answer first, and are asked until it is ready. */
    async function whileTimePasses<T>(answer: Promise<T>): Promise<T> {
      const ticking = setInterval(() => harness().advance(harness().longestWorkMs / 100), 5);
      return answer.finally(() => clearInterval(ticking));
    }

    async function ask(name: FurtherRead, which: 'there' | 'absent', cx = patiently): Promise<unknown> {
      const read = harness().createDriver().further[name] as
        ((where: unknown, cx: CallContext) => Promise<unknown>) | undefined;
      if (!read) throw new RangeError(`${name} is named, and not there`);
      return whileTimePasses(read(harness().where(name)[which], cx));
    }
  });
}
