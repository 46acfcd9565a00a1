import { Global, Module } from '@nestjs/common';
import { Scope } from './domain/access/scope.js';
import type { DrAction } from './domain/dr-action.js';
import type { Operation } from './domain/operation.js';
import { SiteWork } from './inventory/site-work.js';
import { OperationStore } from './operations/operation-store.js';
import { OperationsModule } from './operations/operations.module.js';

const LATEST = 5;

/** The long work, as far as the inventory may know of it. */
class StoredWork extends SiteWork {
  constructor(private readonly store: OperationStore) {
    super();
  }

  unfinished(siteId: string): Promise<Operation[]> {
    return this.store.listOpen(siteId);
  }

  async latest(siteId: string, targetId: string, action: DrAction): Promise<Operation[]> {
    const { items } = await this.store.list(
      { siteId, targetId, action, seen: Scope.ALL, newestFirst: true },
      null,
      LATEST,
    );
    return items;
  }
}

/** Joins two rooms that do not know each other. */
@Global()
@Module({
  imports: [OperationsModule],
  providers: [
    {
      provide: SiteWork,
      inject: [OperationStore],
      useFactory: (store: OperationStore) => new StoredWork(store),
    },
  ],
  exports: [SiteWork],
})
export class SiteWorkModule {}
