import { memory } from './memory/memory.factory.js';
import type { DriverFactory } from './provider-driver.js';
import { sdrs } from './sdrs/sdrs.factory.js';
import { srm } from './srm/srm.factory.js';

/** Every upstream there is: the one file that knows their folders. A new upstream is a line here. */
export const DRIVERS = { memory, sdrs, srm } as Readonly<Record<string, DriverFactory>>;
