import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { useWorld } from '../../support/world.js';

describe('a request that no path takes', () => {
  const world = useWorld({ workers: 0 });

  it.each([
    ['is no URL', 'GET', '/v1/recovery-plans/%zz', 400, 'invalid-request'],
    ['has an id that is too long', 'GET', `/v1/recovery-plans/${'x'.repeat(600)}`, 404, 'not-found'],
    ['does not exist', 'GET', '/v1/nothing', 404, 'not-found'],
    ['does not exist, by any method', 'DELETE', '/v1/nothing', 404, 'not-found'],
  ])('is a problem when the path %s', async (_what, method, path, status, code) => {
    const answer = await world().api.refused(method, path);
    expect(answer).toMatchObject({ status, body: { code, instance: path } });
    expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId);
  });

  it.each([
    ['PUT', '/v1/operations', 'GET, HEAD'],
    ['OPTIONS', '/v1/operations?pageSize=1', 'GET, HEAD'],
    ['DELETE', '/v1/operations/eu-cloud.x', 'GET, HEAD'],
    ['GET', '/v1/operations/eu-cloud.x/cancel', 'POST'],
    ['PUT', '/v1/protection-groups/eu-cloud.x', 'DELETE, GET, HEAD, PATCH'],
  ])('is told which methods the path takes: %s %s', async (method, path, allow) => {
    const answer = await world().api.refused(method, path);
    expect(answer).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('is not taken as plain text', async () => {
    const answer = await world().api.refused('POST', '/v1/protection-groups', {
      rawBody: '{}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });

  it.each([
    ['is no HTTP', 'HELLO\r\n\r\n', 400, 'invalid-request'],
    [
      'has headers without end',
      `GET / HTTP/1.1\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'payload-too-large',
    ],
  ])('is a problem when it %s', async (_what, sent, status, code) => {
    const { hostname, port } = new URL(world().api.url);
    const socket = connect(Number(port), hostname);
    socket.write(sent);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json$/m);
    expect(JSON.parse(body) as ProblemDto).toMatchObject({ status, code });
  });
});
