import type { Redis } from 'ioredis';

const WORDS = new Set([
  'OOM',
  'READONLY',
  'MISCONF',
  'NOREPLICAS',
  'LOADING',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'NOAUTH',
  'WRONGPASS',
  'NOPERM',
  'BUSY',
  'EXECABORT',
]);
/** Part of the ordinary work: a script that is not known yet, and a key that moved. */
const ORDINARY = /^(NOSCRIPT|MOVED|ASK|TRYAGAIN|UNBLOCKED) /;

/** Has `count` told of every command of a connection that fails, with a word of which there are few. */
export function countCommandErrors(redis: Redis, count: (kind: string) => void): void {
  const seen = new WeakSet<object>();
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, ...rest) => {
    // How a client introduces itself, which not every server understands.
    if (command.name === 'client') return send(command, ...rest);
    command.promise.catch((error: unknown) => {
      // One command may be sent on several ways, one broken connection fails many.
      if (!(error instanceof Error) || seen.has(error) || ORDINARY.test(error.message)) return;
      seen.add(error);
      count(kindOf(error));
    });
    return send(command, ...rest);
  };
}

function kindOf({ name, message }: Error): string {
  const word = /^([A-Z]+) /.exec(message)?.[1] ?? '';
  if (WORDS.has(word)) return word;
  if (/timed out/i.test(message)) return 'TIMEOUT';
  if (name === 'MaxRetriesPerRequestError' || /connection is closed|isn't writeable|ECONN/i.test(message))
    return 'CONNECTION';
  return 'OTHER';
}
