import { soakReport } from '../../../scripts/soak/report.js';
import type { Minute } from '../../../scripts/soak/samples.js';
import { soak } from '../../../scripts/soak/soak.js';

const TEST_MS = 240_000;

/** Half a minute of it: whether anything grows is only told by an hour. */
it(
  'the soak keeps work of every kind going, looks at every process, and finds nothing lost',
  async () => {
    const rows: Minute[] = [];
    await soak({
      minutes: 0.5,
      rowSeconds: 5,
      size: { operations: 3, readsPerSecond: 3, readers: 12, exportEverySeconds: 5 },
      seed: 1,
      say: () => undefined,
      onMinute: (minute) => void rows.push(minute),
    });
    const last = rows.at(-1);
    expect(rows).toHaveLength(6);
    expect(Object.keys(last?.processes ?? {})).toEqual(['API 1', 'API 2', 'worker 1', 'worker 2']);
    for (const sample of Object.values(last?.processes ?? {}))
      for (const value of Object.values(sample) as number[]) expect(value).toBeGreaterThan(0);
    expect(last?.work).toMatchObject({
      'operations SUCCEEDED': expect.any(Number) as number,
      'events told': expect.any(Number) as number,
      'webhook requests taken': expect.any(Number) as number,
      'exports 200': expect.any(Number) as number,
      'reads 200': expect.any(Number) as number,
    });
    expect(Object.keys(last?.work ?? {}).filter((word) => /left out|out of order/.test(word))).toEqual([]);
    const { text } = soakReport(rows, 'none');
    expect(text).toContain('| API 1 | resident memory |');
    expect(text).toContain('**Verdict.**');
  },
  TEST_MS,
);
