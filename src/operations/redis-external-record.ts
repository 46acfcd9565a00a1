import { v7 as uuidv7 } from 'uuid';
import { VERDICT_EVENTS } from '../domain/operation-end.js';
import { eventOf } from '../domain/operation-event.js';
import { isVerdict, type Operation } from '../domain/operation.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { SHARD_EVENTS_KEPT } from './kept-events.js';
import { indexesOf, jobIdsOf, jobIndex } from './operation-indexes.js';
import type { Holding, Recording } from './operation-store.js';
import type { OperationWrites } from './redis-operation-writes.js';

const RECORD = new RedisScript(new URL('./lua/record-external.lua', import.meta.url));

/** Takes nothing that anybody holds, or has held since `seen` was read. */
export async function recordExternal(
  writes: OperationWrites,
  operation: Operation,
  text: string,
  seen: ReadonlyMap<string, Holding>,
): Promise<Recording> {
  const { id, siteId, lockedGroupIds } = operation;
  const keys = operationKeys(shardOf(siteId));
  const others = [...seen.keys()].filter((groupId) => !lockedGroupIds.includes(groupId));
  const groups = [...lockedGroupIds, ...others];
  const jobs = jobIdsOf(operation).map((jobId) => keys.index(...jobIndex(siteId, jobId)));
  const indexes = indexesOf(operation)
    .map(([name, value]) => keys.index(name, value))
    .filter((key) => !jobs.includes(key));
  const type = isVerdict(operation.state) ? VERDICT_EVENTS[operation.state] : 'operation.started';
  const answer = await writes.promise<[Recording['kind'], string?]>(
    RECORD,
    operation,
    [
      keys.operation(id),
      keys.operationEvents(id),
      keys.events,
      keys.open,
      keys.guard,
      ...groups.map(keys.lock),
      ...groups.map(keys.lastHolder),
      ...jobs,
      ...indexes,
    ],
    (token) => [
      id,
      JSON.stringify(operation),
      JSON.stringify(eventOf(operation, type, text, operation.createdTime)),
      Date.parse(operation.createdTime),
      uuidv7(),
      SHARD_EVENTS_KEPT,
      isVerdict(operation.state) ? '1' : '0',
      groups.length,
      lockedGroupIds.length,
      jobs.length,
      indexes.length,
      token,
      ...groups.map((groupId) => seen.get(groupId)?.lastHeldBy ?? ''),
    ],
  );
  if (answer[0] === 'RECORDED') writes.tellWritten(operation, type);
  return answer[0] === 'BUSY' ? { kind: 'BUSY', heldBy: answer[1] ?? '' } : { kind: answer[0] };
}
