import { bench, cx, list, pairing, VC_A, VC_B, type Bench } from './appliance.js';

const DAY = 86_400_000;

describe('the certificates of the two sites of SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
  });
  afterEach(() => site.close());

  async function warningsWith(server: string, notAfter: (number | string | null)[]): Promise<string[]> {
    const plain = pairing(VC_A, VC_B) as Record<string, object>;
    const certificates = notAfter.map((time) => ({ not_after: time }));
    site.appliance.on('GET /pairings', list([{ ...plain, [server]: { ...plain[server], certificates } }]));
    return (await site.driver.check(cx())).warnings;
  }

  const now = () => site.clock.now();
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

  it.each([
    ['local_srm_server', 'The SRM server of this site, site-a,'],
    ['remote_srm_server', 'The SRM server of the other site, site-b,'],
    ['local_vc_server', 'The vCenter of this site, vc-a,'],
    ['remote_vc_server', 'The vCenter of the other site, vc-b,'],
  ])('are warned of a month before they end: %s', async (server, who) => {
    const end = now() + 29 * DAY;
    expect(await warningsWith(server, [end])).toEqual([
      `${who} has a certificate that expires on ${dayOf(end)}.`,
    ]);
  });

  it('are told to have ended', async () => {
    const end = now() - DAY;
    expect(await warningsWith('remote_srm_server', [now() + 90 * DAY, end])).toEqual([
      `The SRM server of the other site, site-b, has a certificate that expired on ${dayOf(end)}.`,
    ]);
  });

  it.each([
    ['with time enough', () => [now() + 31 * DAY]],
    ['without an end', () => [null]],
    ['with an end that nobody can read', () => ['some day']],
    ['of which there are none', () => []],
  ])('are not spoken of %s', async (_, notAfter) => {
    expect(await warningsWith('local_srm_server', notAfter())).toEqual([]);
  });
});
