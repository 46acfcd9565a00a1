import { startSimulator, type RunningSimulator } from '../../../../simulators/engine/server.js';
import {
  tidewaterSimulator,
  type TidewaterSettings,
  type TidewaterState,
} from '../simulator/tidewater.simulator.js';

/** The samples of sections 3 and 4 of the vendor's document, by the fields that they hold. */
const GROUP = ['founded', 'id', 'moored', 'note', 'phase', 'ships', 'title'];
const JOB = ['group', 'id', 'kind', 'percent', 'stage', 'trouble'];

const { token } = tidewaterSimulator.defaultSettings;

describe('the tidewater simulator', () => {
  let port: RunningSimulator<TidewaterState, TidewaterSettings>;
  beforeEach(async () => {
    port = await startSimulator(tidewaterSimulator, { paused: true });
  });
  afterEach(() => port.close());

  it('answers with groups and jobs as they are documented', async () => {
    const { group } = (await ask('GET', '/groups/tg-1')).body as { group: object };
    const { status, body } = await ask('POST', '/groups/tg-1/moves', { manner: 'STORM', to: 'away' });
    const { jobs } = (await ask('GET', '/jobs')).body as { jobs: object[] };
    expect(Object.keys(group).sort()).toEqual(GROUP);
    expect(status).toBe(202);
    for (const job of [(body as { job: object }).job, ...jobs]) expect(Object.keys(job).sort()).toEqual(JOB);
  });

  it.each([
    ['NO_SUCH_GROUP', 404, 'GET', '/groups/tg-0', undefined],
    ['WRONG_PHASE', 409, 'POST', '/groups/tg-1/turns', undefined],
    ['WRONG_PHASE', 409, 'POST', '/groups/tg-1/moves', { manner: 'CALM', to: 'home' }],
    ['BAD_WORD', 400, 'POST', '/groups/tg-1/moves', { manner: 'MILD', to: 'away' }],
    ['TITLE_TAKEN', 409, 'POST', '/groups', { title: 'museum' }],
  ])('says %s with %d in the one error form', async (code, status, method, path, body) => {
    expect(await ask(method, path, body)).toEqual({
      status,
      body: { error: { code, text: expect.any(String) as string } },
    });
    expect(port.simulator.journal.executions()).toEqual([]);
  });

  it('lets nobody in without the token', async () => {
    const { status } = await ask('GET', '/service', undefined, 'Tide nobody');
    expect(status).toBe(401);
  });

  async function ask(method: string, path: string, body?: object, authorization = `Tide ${token}`) {
    const answer = await fetch(port.url + path, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: await answer.json() };
  }
});
