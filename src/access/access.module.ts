import { Module } from '@nestjs/common';
import { InventoryService } from '../inventory/inventory.service.js';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { AdminKey } from './admin-key.js';
import { Authenticator } from './authenticator.js';
import { BreakGlass } from './break-glass.js';
import { BreakGlassModule } from './break-glass.module.js';
import { AccessFile } from './file/access-file.js';
import { ApiKeyCredentials } from './keys/api-key-credentials.js';
import { ApiKeysModule } from './keys/api-keys.module.js';
import { Scopes } from './scopes.js';
import { IdentityTokens } from './tokens/identity-tokens.js';

/** Who may do what. */
@Module({
  imports: [ApiKeysModule, BreakGlassModule],
  providers: [
    {
      provide: IdentityTokens,
      inject: [AccessFile, Clock, LOG, Metrics],
      useFactory: (file: AccessFile, clock: Clock, log: Log, metrics: Metrics) => {
        const tokens = new IdentityTokens(file, clock, log);
        tokens.begin();
        metrics.gauge(
          {
            name: 'drgw_identity_provider_keys_age_seconds',
            help: 'How long ago the keys of an identity provider were read; infinite = not since the start.',
            labelNames: ['identity_provider'],
          },
          () =>
            [...tokens.keyAgesMs()].map(([name, ms]) => ({
              value: ms / 1000,
              labels: { identity_provider: name },
            })),
        );
        return tokens;
      },
    },
    {
      provide: Authenticator,
      inject: [ENVIRONMENT_TOKEN, BreakGlass, ApiKeyCredentials, IdentityTokens],
      useFactory: (
        { adminApiKey }: Environment,
        breakGlass: BreakGlass,
        keys: ApiKeyCredentials,
        tokens: IdentityTokens,
      ) => new Authenticator([new AdminKey(adminApiKey), breakGlass, keys, tokens]),
    },
    {
      provide: Scopes,
      inject: [InventoryService],
      useFactory: (inventory: InventoryService) => new Scopes(inventory),
    },
  ],
  exports: [Authenticator, Scopes, ApiKeysModule],
})
export class AccessModule {}
