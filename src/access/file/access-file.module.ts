import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AccessFile } from './access-file.js';

/** What the access file says, for every room that judges by it. */
@Global()
@Module({})
export class AccessFileModule {
  static with(file: AccessFile): DynamicModule {
    return {
      module: AccessFileModule,
      providers: [{ provide: AccessFile, useValue: file }],
      exports: [AccessFile],
    };
  }
}
