import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

describe('the history as a file', () => {
  const world = useWorld({ workers: 1 });
  let ended: OperationDto;

  beforeAll(async () => {
    const { api } = world();
    const plan = await api.planNamed('erp-dr');
    const { id } = await api.run(plan.id, 'start-drill', { reason: '=1+1, "once"' });
    ended = await api.ended(id);
  });

  it('has an operation per line, by the filters of the list', async () => {
    const { api } = world();
    const { status, headers, body } = await api.ask<string>('GET', '/v1/operations/export?siteId=eu-cloud');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toBe('attachment; filename="operations.ndjson"');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as OperationDto),
    ).toEqual([ended]);
    const none = await api.ask<string>('GET', '/v1/operations/export?format=csv&action=FAILOVER');
    expect(none.body).toMatch(/^id,createdTime,[^\n]*\r\n$/);
  });

  it('is a table that no spreadsheet takes for formulas', async () => {
    const { headers, body } = await world().api.ask<string>('GET', '/v1/operations/export?format=csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toBe('attachment; filename="operations.csv"');
    expect(body.split('\r\n')).toHaveLength(3);
    expect(body).toContain(`${ended.id},${ended.createdTime},${ended.endedTime},eu-cloud,sdrs,START_DRILL,`);
    expect(body).toContain(`"'=1+1, ""once"""`);
  });

  it.each(['format=xlsx', 'pageSize=5', 'createdAfter=20260101'])('is not made of %s', async (query) => {
    const { status, body } = await world().api.refused('GET', `/v1/operations/export?${query}`);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
    expect(body.errors).toMatchObject([{ parameter: query.split('=')[0] }]);
  });

  it('answers HEAD at once, as the events do', async () => {
    for (const path of ['export', `${ended.id}/events`])
      expect((await world().api.ask('HEAD', `/v1/operations/${path}`)).status).toBe(200);
  });
});
