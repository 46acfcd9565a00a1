import { readFileSync } from 'node:fs';
import { BODY_EXAMPLES } from '../../../src/api/docs/body-examples.js';
import { memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Asked, type Surface } from './surface.js';

interface Described {
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: object;
}

const { siteId, provider } = memorySite(new TestClock());
const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Described>>;
};

const ROUTES = Object.entries(paths)
  .filter(([path]) => path.startsWith('/v1/'))
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      url: path.replace('{siteId}', siteId).replaceAll(/\{\w+\}/g, `${siteId}.books`),
      described,
    })),
  );
const called = (routes: typeof ROUTES) => routes.map((one) => [`${one.method} ${one.path}`, one] as const);
const takesQuery = ({ parameters = [] }: Described) => parameters.some((one) => one.in === 'query');

let surface: Surface;
beforeAll(async () => {
  surface = await surfaceOver([provider]);
});
beforeEach(() => surface.accepted.splice(0));
afterAll(() => surface.close());

const exampleFor = ({ method, path, described }: (typeof ROUTES)[number]): Asked => {
  const [example] = Object.values(BODY_EXAMPLES[`${method.toLowerCase()} ${path}`] ?? {});
  return described.requestBody ? { body: example?.value ?? {} } : {};
};

describe('a query parameter that is not known', () => {
  it.each(called(ROUTES))('is a 400 that names it: %s', async (_name, route) => {
    const { status, body } = await surface.ask(route.method, `${route.url}?nonsense=1`, exampleFor(route));
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
    expect(body.detail).toContain('nonsense');
    expect(body.errors).toContainEqual({
      parameter: 'nonsense',
      detail: expect.stringMatching(/^There is no parameter "nonsense" here/) as string,
    });
    expect(surface.accepted).toEqual([]);
  });

  it('is looked for below /v1 only', async () => {
    expect((await surface.ask('GET', '/livez?nonsense=1')).status).toBe(200);
    expect((await surface.ask('GET', '/problems/not-found?nonsense=1')).status).toBe(200);
  });

  it('is no concern of those who are not let in', async () => {
    const headers = { authorization: 'Bearer wrong' };
    expect((await surface.ask('GET', '/v1/sites?nonsense=1', { headers })).status).toBe(401);
  });
});

describe('a dry run in the wrong place', () => {
  const changing = ROUTES.filter(({ method }) => method !== 'GET');

  it.each(called(changing.filter(({ described }) => described.requestBody && !takesQuery(described))))(
    'is refused in the query, and told that it belongs into the body: %s',
    async (_name, route) => {
      const url = `${route.url}?validateOnly=true`;
      const asked = await surface.ask(route.method, url, exampleFor(route));
      expect(asked.status).toBe(400);
      expect(asked.body.errors).toEqual([
        {
          parameter: 'validateOnly',
          detail: 'There is no parameter "validateOnly" here; what this path takes is in the body.',
        },
      ]);
      expect(surface.accepted).toEqual([]);
    },
  );

  it.each(called(changing.filter(({ method }) => method === 'DELETE')))(
    'is refused in the body, and told that it belongs into the query: %s',
    async (_name, { method, url }) => {
      const { status, body } = await surface.ask(method, url, { body: { validateOnly: true } });
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
      expect(body.errors).toEqual([
        {
          pointer: '/validateOnly',
          detail: expect.stringContaining('in the query: `?validateOnly=true`') as string,
        },
      ]);
      expect(surface.accepted).toEqual([]);
    },
  );

  it.each(called(changing.filter(({ described }) => !described.requestBody)))(
    'is refused where there is no body: %s',
    async (_name, { method, url }) => {
      expect((await surface.ask(method, url, { body: { validateOnly: true } })).status).toBe(400);
      expect(surface.accepted).toEqual([]);
    },
  );
});

describe('a body where none is taken', () => {
  it('is refused in a GET too', async () => {
    const { status, body } = await surface.ask('GET', `/v1/sites/${siteId}`, { body: { a: 1 } });
    expect({ status, detail: body.detail }).toEqual({ status: 400, detail: 'GET takes no body here.' });
  });

  it('may be an empty object', async () => {
    const url = `/v1/protection-groups/${siteId}.books`;
    expect((await surface.ask('DELETE', url, { body: {} })).status).toBe(202);
  });

  it('is refused by the name of each of its fields, or as a whole', async () => {
    const url = `/v1/protection-groups/${siteId}.books`;
    const pointers = async (body: object) =>
      ((await surface.ask('DELETE', url, { body })).body.errors as { pointer: string }[]).map(
        ({ pointer }) => pointer,
      );
    expect(await pointers({ reason: 'r', 'a/b': 1 })).toEqual(['/reason', '/a~1b']);
    expect(await pointers(['books'])).toEqual(['/0']);
  });
});

describe('an id that came out empty', () => {
  it('never makes a change to one thing a change to all of them', async () => {
    const asked = await surface.ask('DELETE', `/v1/sites/${siteId}/failed-tasks/`);
    expect({ status: asked.status, detail: asked.body.detail }).toEqual({
      status: 404,
      detail: 'The path ends where an id belongs.',
    });
    expect(surface.accepted).toEqual([]);
  });

  it('is a list where nothing is changed', async () => {
    expect((await surface.ask('GET', '/v1/sites/')).status).toBe(200);
  });
});
