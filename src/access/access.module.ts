import { Module } from '@nestjs/common';
import { InventoryService } from '../inventory/inventory.service.js';
import type { Environment } from '../platform/config/environment.js';
import { ENVIRONMENT_TOKEN } from '../platform/tokens.js';
import { AdminKey } from './admin-key.js';
import { Authenticator } from './authenticator.js';
import { Scopes } from './scopes.js';

/** Who may do what. */
@Module({
  providers: [
    {
      provide: Authenticator,
      inject: [ENVIRONMENT_TOKEN],
      useFactory: ({ adminApiKey }: Environment) => new Authenticator([new AdminKey(adminApiKey)]),
    },
    {
      provide: Scopes,
      inject: [InventoryService],
      useFactory: (inventory: InventoryService) => new Scopes(inventory),
    },
  ],
  exports: [Authenticator, Scopes],
})
export class AccessModule {}
