import https from 'node:https';
import { UpstreamHttp } from '../../../src/platform/http/upstream-http.js';
import type { TlsSettings } from '../../../src/platform/http/tls-trust.js';
import { closeServers, listen } from '../support/listening.js';
import { selfSigned } from '../support/self-signed.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const appliance = selfSigned('appliance');
const impostor = selfSigned('impostor');
const file = temporaryFolder();

afterEach(closeServers);

/** An https server that shows this certificate, and the credentials it was told. */
async function site(certificate = appliance) {
  const told: string[] = [];
  const server = https.createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    told.push(String(request.headers['x-auth-token']));
    response.end('{"ok":true}');
  });
  const port = await listen(server);
  return { port, told };
}

const WAYS = {
  read: (http: UpstreamHttp) =>
    http.read({ method: 'GET', path: '/', headers: { 'x-auth-token': 'secret' } }),
  submit: (http: UpstreamHttp) =>
    http.submit(
      { method: 'POST', path: '/', headers: { 'x-auth-token': 'secret' } },
      () => undefined,
      10_000,
    ),
} as const;

describe.each(['read', 'submit'] as const)(
  'by a %s, a site with a certificate that nobody vouches for',
  (way) => {
    async function tried(tls: TlsSettings | null, certificate = appliance, host = '127.0.0.1') {
      const { port, told } = await site(certificate);
      const http = new UpstreamHttp({ baseUrl: `https://${host}:${port}`, tls });
      const answer = await WAYS[way](http).then(
        ({ json }) => json,
        (error: unknown) => error,
      );
      await http.close();
      return { answer, told };
    }

    it('is told nothing', async () => {
      const { answer, told } = await tried(null);
      expect(answer).toMatchObject({ name: 'TransportError' });
      expect(told).toEqual([]);
    });

    it('is trusted by the fingerprint, with or without colons, in any case', async () => {
      for (const fingerprint256 of [
        appliance.fingerprint256,
        appliance.fingerprint256.replaceAll(':', '').toLowerCase(),
      ])
        expect(await tried({ fingerprint256 })).toEqual({ answer: { ok: true }, told: ['secret'] });
    });

    it('is trusted by the fingerprint under whatever name it is reached', async () => {
      const { answer } = await tried({ fingerprint256: appliance.fingerprint256 }, appliance, 'localhost');
      expect(answer).toEqual({ ok: true });
    });

    it('is refused with the wrong fingerprint before it was told a credential', async () => {
      const { answer, told } = await tried({ fingerprint256: appliance.fingerprint256 }, impostor);
      expect(answer).toMatchObject({ phase: 'CONNECT' });
      expect((answer as Error).message).toContain(impostor.fingerprint256);
      expect(told).toEqual([]);
    });

    it('is trusted by the file of its authority', async () => {
      const caFile = file('ca.pem', appliance.cert);
      expect((await tried({ caFile })).answer).toEqual({ ok: true });
      expect((await tried({ caFile }, impostor)).told).toEqual([]);
    });
  },
);

describe('a site with a certificate that an authority signed', () => {
  const authority = selfSigned('authority');
  const leaf = selfSigned('leaf', { issuer: { name: 'authority', key: authority.key } });
  const read = async (tls: TlsSettings | null, certificate = leaf) => {
    const { port, told } = await site(certificate);
    const http = new UpstreamHttp({ baseUrl: `https://127.0.0.1:${port}`, tls });
    const answer = await WAYS.read(http).then(
      ({ status }) => status,
      (error: unknown) => error,
    );
    await http.close();
    return { answer, told };
  };

  it('is trusted by the file of the authority', async () => {
    expect((await read({ caFile: file('authority.pem', authority.cert) })).answer).toBe(200);
  });

  it('is trusted by the fingerprint of its own certificate, without the authority', async () => {
    expect((await read({ fingerprint256: leaf.fingerprint256 })).answer).toBe(200);
  });

  it('is not trusted by the fingerprint of the authority, nor by the authority when another is pinned', async () => {
    expect((await read({ fingerprint256: authority.fingerprint256 })).told).toEqual([]);
    const both = { caFile: file('ca.pem', authority.cert), fingerprint256: appliance.fingerprint256 };
    expect((await read(both)).told).toEqual([]);
  });

  it('is told nothing by those who pinned it when another one of the same authority stands there', async () => {
    const other = selfSigned('leaf', { issuer: { name: 'authority', key: authority.key } });
    expect((await read({ fingerprint256: leaf.fingerprint256 }, other)).told).toEqual([]);
  });

  it('is refused in words that say what to write when nobody vouches for it', async () => {
    expect(((await read(null)).answer as Error).message).toContain('tls.fingerprint256');
  });

  it('is refused when its time is over, pinned or not', async () => {
    const old = selfSigned('leaf', {
      issuer: { name: 'authority', key: authority.key },
      until: '210101000000Z',
    });
    for (const tls of [
      { caFile: file('old-ca.pem', authority.cert) },
      { fingerprint256: old.fingerprint256 },
    ]) {
      const { answer, told } = await read(tls, old);
      expect((answer as Error).message).toMatch(/expired/);
      expect(told).toEqual([]);
    }
  });
});

it('a file without a certificate in it trusts nobody, and says so', async () => {
  const { port, told } = await site();
  for (const caFile of [file('empty.pem', ''), file('text.pem', 'not a certificate'), '/nowhere.pem']) {
    const http = new UpstreamHttp({ baseUrl: `https://127.0.0.1:${port}`, tls: { caFile } });
    for (const way of [WAYS.read, WAYS.submit])
      await expect(way(http)).rejects.toMatchObject({
        phase: 'CONNECT',
        message: expect.stringContaining('tls.caFile') as string,
      });
    await http.close();
  }
  expect(told).toEqual([]);
});

describe('the variable that switches verification off in Node', () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  beforeEach(() => (process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'));
  afterEach(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });

  it.each(['read', 'submit'] as const)('changes nothing for a %s', async (way) => {
    const { port, told } = await site();
    const http = new UpstreamHttp({ baseUrl: `https://127.0.0.1:${port}` });
    await expect(WAYS[way](http)).rejects.toMatchObject({ name: 'TransportError' });
    await http.close();
    expect(told).toEqual([]);
  });
});

it('a server that changes its certificate behind a pinned one is told nothing more', async () => {
  const server = https.createServer({ key: appliance.key, cert: appliance.cert }, (_request, response) => {
    response.setHeader('connection', 'close').end('{}');
  });
  const port = await listen(server);
  const http = new UpstreamHttp({
    baseUrl: `https://127.0.0.1:${port}`,
    tls: { fingerprint256: appliance.fingerprint256 },
  });
  await http.read({ method: 'GET', path: '/' });
  server.setSecureContext({ key: impostor.key, cert: impostor.cert });
  await expect(http.read({ method: 'GET', path: '/' })).rejects.toMatchObject({ name: 'TransportError' });
  await http.close();
});

it('a pinned site that was down at first is asked again later', async () => {
  const { port } = await site();
  await closeServers();
  const tls = { fingerprint256: appliance.fingerprint256 };
  const http = new UpstreamHttp({ baseUrl: `https://127.0.0.1:${port}`, tls });
  await expect(http.read({ method: 'GET', path: '/' })).rejects.toMatchObject({ phase: 'CONNECT' });
  const server = https.createServer({ key: appliance.key, cert: appliance.cert }, (_request, response) => {
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect((await http.read({ method: 'GET', path: '/' })).status).toBe(200);
  await http.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
