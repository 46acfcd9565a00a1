import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AuditEntryDto, AuditListDto } from '../../../src/api/dto/audit.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { GatewayClient } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const VERIFY = resolve(process.env.BUILD_DIR ?? 'build', 'scripts', 'audit-verify.js');

const root = mkdtempSync(join(tmpdir(), 'dr-gateway-audit-e2e-'));
const folder = join(root, 'audit');
const key = join(root, 'key');
const checkpoints = join(root, 'checkpoints.ndjson');
writeFileSync(key, 'a key of this test that is long enough for it\n', { mode: 0o600 });

describe('the record of decisions', () => {
  const world = useWorld({
    workers: 0,
    sites: [],
    env: { AUDIT_DIR: folder, AUDIT_KEY_FILE: key, AUDIT_CHECKPOINT_FILE: checkpoints },
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const verify = () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [VERIFY, '--dir', folder, '--key', key, '--checkpoints', checkpoints],
      { encoding: 'utf8' },
    );
    return { status, said: stdout };
  };

  const entries = async (query = '') => (await world().api.read<AuditListDto>(`/v1/audit${query}`)).items;

  it('holds what was allowed and what was refused, is found whole, and not any more when a byte is changed', async () => {
    const { api } = world();
    const hook = { url: 'https://hooks.example.com/dr' };
    const made = await api.ask<{ id: string }>('POST', '/v1/webhooks', { body: hook });
    expect(made.status).toBe(201);
    const stranger = await new GatewayClient(api.url, 'nobody').ask<ProblemDto>('GET', '/v1/sites');
    expect(stranger.status).toBe(401);
    expect((await api.ask('DELETE', `/v1/webhooks/${made.body.id}`)).status).toBe(204);

    const found = await eventually('all is recorded', async () => {
      const all = await entries();
      return all.length >= 3 ? all : null;
    });
    expect(found.map(({ kind, method, route, principalId }) => [kind, method, route, principalId])).toEqual([
      ['ALLOWED', 'DELETE', '/v1/webhooks/:id', 'admin'],
      ['REFUSED', 'GET', '/v1/sites', null],
      ['ALLOWED', 'POST', '/v1/webhooks', 'admin'],
    ]);
    expect(found[0]).toMatchObject({ subjectId: made.body.id, clientAddress: '127.0.0.1', code: null });
    expect(found[1]).toMatchObject({ code: 'unauthenticated', count: 1 });
    expect(await entries('?kind=REFUSED')).toHaveLength(1);
    const headers = { authorization: `Bearer ${api.apiKey}` };
    const file = await (await fetch(`${api.url}/v1/audit/export`, { headers })).text();
    const exported = file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntryDto);
    expect(exported).toEqual(found);

    expect(verify()).toMatchObject({
      status: 0,
      said: expect.stringContaining('nothing is wrong') as string,
    });
    const [name = ''] = readdirSync(folder);
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"principalId":"admin"', '"principalId":"admim"'));
    expect(verify()).toMatchObject({
      status: 1,
      said: expect.stringContaining(`WRONG, first: CHANGED at ${name}, line 2`) as string,
    });
    writeFileSync(path, text);
  });

  it('ends in good order, and its end cannot be cut off', async () => {
    await world().stopApi();
    expect(verify()).toMatchObject({ status: 0 });
    const [name = ''] = readdirSync(folder);
    const path = join(folder, name);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.at(-1)).toContain('"kind":"CLOSED"');
    writeFileSync(
      path,
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(verify()).toMatchObject({ status: 1, said: expect.stringContaining('CUT_OFF') as string });
  });
});
