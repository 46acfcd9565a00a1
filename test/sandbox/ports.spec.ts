import { existsSync, readFileSync } from 'node:fs';
import { freePort } from '../../sandbox/ports.js';

const LENT = '/proc/sys/net/ipv4/ip_local_port_range';

it('a free port is another one each time, and none that an outgoing connection may take meanwhile', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(new Set(ports).size).toBe(50);
  const firstLent = existsSync(LENT) ? Number(readFileSync(LENT, 'utf8').split(/\s+/)[0]) : 32_768;
  if (firstLent > 21_000) expect(Math.max(...ports)).toBeLessThan(firstLent);
});
