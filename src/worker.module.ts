import { Module, type DynamicModule } from '@nestjs/common';
import { InventoryModule } from './inventory/inventory.module.js';
import { OperationsWorkerModule } from './operations/operations-worker.module.js';
import type { Environment } from './platform/config/environment.js';
import type { Log } from './platform/log/log.js';
import { PlatformModule } from './platform/platform.module.js';
import { ProvidersModule } from './providers/providers.module.js';
import type { ConfiguredSite } from './providers/sites.js';

/** The worker process. Has no controllers. */
@Module({})
export class WorkerModule {
  static with(environment: Environment, sites: readonly ConfiguredSite[], log: Log): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PlatformModule.with(environment, log),
        InventoryModule,
        ProvidersModule.with(sites),
        OperationsWorkerModule,
      ],
    };
  }
}
