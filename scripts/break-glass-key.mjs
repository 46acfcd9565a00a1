// Makes the sealed key for the day when nobody else can come in: docs/access.md tells what to do with it.
import { createHash, randomBytes } from 'node:crypto';

const key = `drg-break-glass-${randomBytes(32).toString('hex')}`;
const hash = createHash('sha256').update(key).digest('hex');

process.stdout.write(`The key. Print it, seal it, and keep it nowhere else; it is not shown again:

  ${key}

Its hash, for the environment of every API process:

  BREAK_GLASS_KEY_SHA256=${hash}
`);
