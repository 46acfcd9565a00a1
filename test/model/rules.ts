import type { SendMarks } from '../../src/operations/journal/send-marks.js';
import type { OperationStore } from '../../src/operations/operation-store.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import type { Provider } from '../../src/providers/provider.js';
import type { Weather } from './network.js';
import type { SimRedis } from './sim-redis.js';

/** What a run is made with; an ablation takes one of the rules of the protocol away, from outside. */
export interface Rules {
  settings?: Partial<OperationSettings>;
  weather?: Partial<Weather>;
  /** Promises and intents wait for a replica. */
  waits?: boolean;
  sweeps?: boolean;
  /** How often somebody acts at the vendor's console meanwhile. */
  consoles?: number;
  /** How many of the upstream's runs fail. */
  failing?: number;
  /** There is a journal on each machine. */
  journals?: boolean;
  /** Nothing is promised or sent upon a store that may have lost something. */
  guards?: boolean;
  store?(store: OperationStore): OperationStore;
  provider?(provider: Provider): Provider;
  redis?(redis: SimRedis): void;
  marks?(marks: SendMarks): SendMarks;
}
