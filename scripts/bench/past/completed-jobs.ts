import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

const QUEUE = 'work';
const PREFIX = 'bull:{bench}';

/** Adds these as jobs, each with its record as its data, and waits until a worker has completed all of them; they are kept. */
export async function completeJobs(redis: Redis, records: readonly object[]): Promise<void> {
  const connection = redis;
  const queue = new Queue(QUEUE, { connection, prefix: PREFIX });
  let left = records.length;
  await queue.addBulk(records.map((data) => ({ name: 'operation', data })));
  const worker = new Worker(QUEUE, () => Promise.resolve(null), {
    connection,
    prefix: PREFIX,
    concurrency: 32,
  });
  await new Promise<void>((resolve, reject) => {
    worker.on('completed', () => (left -= 1) === 0 && resolve());
    worker.on('failed', (_job, error) => reject(error));
  });
  await worker.close();
  await queue.close();
}
