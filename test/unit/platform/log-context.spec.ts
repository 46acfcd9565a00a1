import { setImmediate as turn } from 'node:timers/promises';
import { createLog } from '../../../src/platform/log/log.js';
import { inLogContext } from '../../../src/platform/log/log-context.js';

function writtenLog() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', 'test', {
    write: (text: string) => void lines.push(JSON.parse(text) as object as never),
  });
  return { log, lines };
}

describe('a line of the log', () => {
  it('says whose it is, without being told by who writes it', async () => {
    const { log, lines } = writtenLog();
    await inLogContext({ siteId: 'alpha' }, async () => {
      await turn();
      await inLogContext({ operationId: 'alpha.1', traceId: 'abc' }, async () => {
        await turn();
        log.info('sent');
      });
      log.info('looked');
    });
    log.info('idle');
    expect(lines).toEqual([
      expect.objectContaining({
        msg: 'sent',
        process: 'test',
        siteId: 'alpha',
        operationId: 'alpha.1',
        traceId: 'abc',
      }),
      expect.objectContaining({ msg: 'looked', siteId: 'alpha' }),
      expect.not.objectContaining({ siteId: expect.anything() as unknown }),
    ]);
    expect(lines[1]).not.toHaveProperty('operationId');
  });

  it('is believed before what surrounds it', () => {
    const { log, lines } = writtenLog();
    inLogContext({ siteId: 'alpha', operationId: 'alpha.1' }, () =>
      log.warn({ operationId: 'alpha.2' }, 'another'),
    );
    expect(lines[0]).toMatchObject({ siteId: 'alpha', operationId: 'alpha.2' });
  });

  it('shows no secret', () => {
    const { log, lines } = writtenLog();
    log.info({ auth: { password: 'p' }, token: 't' }, 'in');
    expect(lines[0]).toMatchObject({ auth: { password: '[secret]' }, token: '[secret]' });
  });
});
