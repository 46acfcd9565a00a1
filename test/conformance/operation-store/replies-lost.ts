import type { Redis } from 'ioredis';

/** Sends each script twice and hears only of the second time, as ioredis does when a connection breaks. */
export function deaf(redis: Redis): Redis {
  const twice = async (command: 'evalsha' | 'eval', args: Parameters<Redis['evalsha']>): Promise<unknown> => {
    await redis[command](...args);
    return redis[command](...args);
  };
  return new Proxy(redis, {
    get(target, name) {
      if (name === 'evalsha' || name === 'eval')
        return (...args: Parameters<Redis['evalsha']>) => twice(name, args);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
