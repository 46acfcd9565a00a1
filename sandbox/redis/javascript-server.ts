import { Server, type ListenOptions } from 'node:net';
import { createRedisMock } from 'js-redis-server';

/** The process that javascriptRedis runs: `node javascript-server.js <port>`. */
type Listen = (this: Server, options: ListenOptions) => Server;

// The library listens on every interface and takes no host. This one shall be on loopback, like the others.
const listen = Reflect.get(Server.prototype, 'listen') as Listen;
Reflect.set(Server.prototype, 'listen', function (this: Server, port: number) {
  return listen.call(this, { host: '127.0.0.1', port });
});

await createRedisMock({ port: Number(process.argv[2]) });
