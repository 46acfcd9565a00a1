import { newOperationId } from '../../../src/operations/operation-id.js';
import type { Next } from '../../../src/operations/settings.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { bells, neighboursOf, siteOf } from '../support/doorbell-workers.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

/** Answers of operations; those of some sites come when the test says so. */
class Sites {
  readonly begun = new Set<string>();
  readonly done = new Set<string>();
  recover: (next: Next) => void = () => undefined;
  private readonly recovered = new Promise<Next>((resolve) => (this.recover = resolve));

  constructor(private readonly hanging: readonly string[]) {}

  readonly submission = async (operationId: string): Promise<Next> => {
    this.begun.add(operationId);
    const next = this.hanging.includes(siteOf(operationId)) ? await this.recovered : 'DONE';
    this.done.add(operationId);
    return next;
  };
}

const operationsOf = (siteId: string, count: number): string[] =>
  Array.from({ length: count }, () => newOperationId(siteId));

it('sends the operations of a site while the look at another one of its shard hangs, however many wait there', async () => {
  const sites = new Sites(['hanging']);
  const { begun, done } = sites;
  const { doorbells, workers, close } = bells(the, sites.submission);
  try {
    const hanging = operationsOf('hanging', 60);
    for (const id of hanging) await doorbells.ringSubmission(id);
    workers.start();
    await workers.ready();
    await eventuallyTrue('as many as may hang there', () => begun.size === 16);

    const [neighbour = ''] = neighboursOf('hanging', 1);
    const others = operationsOf(neighbour, 5);
    for (const id of others) await doorbells.ringSubmission(id);
    await eventuallyTrue('those of the other site are sent', () => others.every((id) => done.has(id)));
    expect(hanging.filter((id) => begun.has(id))).toHaveLength(16);

    sites.recover('DONE');
    await eventuallyTrue('none of those that had to wait is lost', () => hanging.every((id) => done.has(id)));
  } finally {
    sites.recover('DONE');
    await close();
  }
});

describe('a failover', () => {
  it('that was accepted after five hundred drills of its site and of others of its shard is sent before all of them', async () => {
    const sites = new Sites([]);
    const { begun, done } = sites;
    const { doorbells, workers, close } = bells(the, sites.submission);
    try {
      const [other = ''] = neighboursOf('here', 1);
      const drills = [...operationsOf('here', 250), ...operationsOf(other, 250)];
      for (const id of drills) await doorbells.ringSubmission(id, 'IN_TURN');
      const failovers = [...operationsOf('here', 1), ...operationsOf(other, 1)];
      for (const id of failovers) await doorbells.ringSubmission(id, 'FIRST');
      workers.start();
      await workers.ready();
      await eventuallyTrue('all are sent', () => done.size === drills.length + failovers.length);
      expect([...begun].slice(0, failovers.length)).toEqual(failovers);
    } finally {
      await close();
    }
  });

  it('is sent at once where every place of its shard is taken by sites that hang, its own among them', async () => {
    const hanging = ['here', ...neighboursOf('here', 4)];
    const sites = new Sites(hanging);
    const { begun } = sites;
    const { doorbells, workers, close } = bells(the, sites.submission);
    try {
      for (const siteId of hanging) {
        for (const id of operationsOf(siteId, 100)) await doorbells.ringSubmission(id, 'IN_TURN');
      }
      workers.start();
      await workers.ready();
      await eventuallyTrue('all places are taken', () => begun.size === 48);
      const well = neighboursOf('here', 5).at(-1) ?? '';
      const [failover = '', elsewhere = ''] = [...operationsOf('here', 1), ...operationsOf(well, 1)];
      await doorbells.ringSubmission(failover, 'FIRST');
      await doorbells.ringSubmission(elsewhere, 'FIRST');
      await eventuallyTrue('it has begun', () => begun.has(failover) && begun.has(elsewhere));
      expect(begun.size).toBe(50);
    } finally {
      sites.recover('DONE');
      await close();
    }
  });

  it('is sent at once where failovers of many other sites of its shard hang, and all else that they were asked for', async () => {
    const hanging = neighboursOf('here', 6);
    const sites = new Sites(hanging);
    const { begun, done } = sites;
    const { doorbells, workers, close } = bells(the, sites.submission);
    try {
      for (const siteId of hanging) {
        for (const id of operationsOf(siteId, 30)) await doorbells.ringSubmission(id, 'FIRST');
        for (const id of operationsOf(siteId, 30)) await doorbells.ringSubmission(id, 'IN_TURN');
      }
      workers.start();
      await workers.ready();
      await eventuallyTrue('they have as many as they get', () => begun.size >= 80);
      const failovers = operationsOf('here', 20);
      for (const id of failovers) await doorbells.ringSubmission(id, 'FIRST');
      await eventuallyTrue('all are sent', () => failovers.every((id) => done.has(id)));
    } finally {
      sites.recover('DONE');
      await close();
    }
  });

  it('of a site that hangs leaves those of other sites places, and takes those of others when its own are taken', async () => {
    const sites = new Sites(['here']);
    const { begun, done } = sites;
    const { doorbells, workers, close } = bells(the, sites.submission);
    try {
      for (const id of operationsOf('here', 60)) await doorbells.ringSubmission(id, 'FIRST');
      workers.start();
      await workers.ready();
      await eventuallyTrue('the kept ones and those of everybody are taken', () => begun.size === 8 + 16);
      const [other = ''] = neighboursOf('here', 1);
      const [elsewhere = ''] = operationsOf(other, 1);
      await doorbells.ringSubmission(elsewhere, 'FIRST');
      await eventuallyTrue('the other one is sent', () => done.has(elsewhere));
      expect(begun.size).toBe(8 + 16 + 1);
    } finally {
      sites.recover('DONE');
      await close();
    }
  });
});
