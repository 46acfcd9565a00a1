import { Module, type DynamicModule } from '@nestjs/common';
import { AccessFile } from './access/file/access-file.js';
import { AccessFileModule } from './access/file/access-file.module.js';
import { ApiHttpModule } from './api/api-http.module.js';
import { HealthModule, QUEUES } from './health.module.js';
import { HistoryArchiveModule } from './history/archive/history-archive.module.js';
import { ReportsModule } from './history/reports/reports.module.js';
import { FindingsModule } from './inventory/findings/findings.module.js';
import { InventoryModule } from './inventory/inventory.module.js';
import type { Environment } from './platform/config/environment.js';
import type { Log } from './platform/log/log.js';
import { PlatformModule } from './platform/platform.module.js';
import { ProvidersModule } from './providers/providers.module.js';
import type { ConfiguredSite } from './providers/sites.js';
import { SiteWorkModule } from './site-work.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';

/** The API process. */
@Module({})
export class ApiModule {
  static with(
    environment: Environment,
    sites: readonly ConfiguredSite[],
    log: Log,
    access = AccessFile.NONE,
  ): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PlatformModule.with(environment, log),
        AccessFileModule.with(access),
        HealthModule.ofApi(),
        InventoryModule,
        ProvidersModule.with(sites),
        HistoryArchiveModule,
        SiteWorkModule,
        FindingsModule,
        ReportsModule,
        WebhooksModule,
        ApiHttpModule,
        TelemetryModule.of(QUEUES),
      ],
    };
  }
}
