import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultProxy, type ProxyRule } from '../../../scripts/faults/proxy/fault-proxy.js';
import { eventuallyTrue } from '../../support/eventually.js';

const ANSWER = JSON.stringify({ job: 'a'.repeat(200) });

describe('the fault proxy', () => {
  let site: Server;
  let proxy: FaultProxy;
  let arrived: string[];

  beforeEach(async () => {
    arrived = [];
    site = createServer((incoming, response) => {
      incoming.resume().on('end', () => {
        arrived.push(`${incoming.method} ${incoming.url}`);
        response.setHeader('content-type', 'application/json').end(ANSWER);
      });
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    proxy = await FaultProxy.open((site.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });

  /** On a connection of its own, as the gateway sends a change. */
  function send(path: string, patienceMs = 5_000): Promise<string> {
    return new Promise((resolve) => {
      const sent = request(
        { host: '127.0.0.1', port: proxy.port, path, method: 'POST', agent: false, timeout: patienceMs },
        (answer) => {
          let text = '';
          answer.on('data', (bytes: Buffer) => (text += bytes.toString()));
          answer.once('error', () => resolve('broken'));
          answer.once('end', () => resolve(text));
        },
      );
      sent.once('timeout', () => sent.destroy());
      sent.once('error', () => resolve('broken'));
      sent.end(JSON.stringify({ much: 'x'.repeat(500) }));
    });
  }

  const struckBy = (fault: Omit<ProxyRule, 'line'>): ProxyRule =>
    proxy.add({ ...fault, line: /^POST \/act / });

  it('lets everything through that no rule is for, and strikes as often as the rule says', async () => {
    struckBy({ kind: 'RESET_BEFORE' });
    expect(await send('/other')).toBe(ANSWER);
    expect(await send('/act')).toBe('broken');
    expect(await send('/act')).toBe(ANSWER);
    expect(arrived).toEqual(['POST /other', 'POST /act']);
  });

  it.each([
    ['RESET_UP', { kind: 'RESET_UP', bytes: 60 }],
    ['STALL_UP', { kind: 'STALL_UP' }],
  ] as const)('%s: the request does not arrive whole', async (_name, fault) => {
    struckBy(fault);
    expect(await send('/act', 300)).toBe('broken');
    expect(arrived).toEqual([]);
  });

  it.each([
    ['STALL_DOWN', { kind: 'STALL_DOWN' }],
    ['CLOSE_DOWN', { kind: 'CLOSE_DOWN' }],
    ['RESET_DOWN', { kind: 'RESET_DOWN', bytes: 40 }],
    ['CUT_DOWN', { kind: 'CUT_DOWN', bytes: 150 }],
    ['DELAY_DOWN', { kind: 'DELAY_DOWN', ms: 3_000 }],
  ] as const)('%s: the request arrives, its answer does not', async (_name, fault) => {
    struckBy(fault);
    expect(await send('/act', 600)).toBe('broken');
    await eventuallyTrue('it arrived', () => arrived.length === 1);
  });

  it('LATE: the request arrives although its sender has left', async () => {
    struckBy({ kind: 'LATE', ms: 400 });
    expect(await send('/act', 100)).toBe('broken');
    expect(arrived).toEqual([]);
    await eventuallyTrue('it arrived', () => arrived.length === 1);
  });

  it('refuses everybody until it accepts again', async () => {
    proxy.refuse();
    expect(await send('/act')).toBe('broken');
    proxy.accept();
    expect(await send('/act')).toBe(ANSWER);
  });
});
