import { Module } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { BreakGlass } from './break-glass.js';

@Module({
  providers: [
    {
      provide: BreakGlass,
      inject: [ENVIRONMENT_TOKEN, Clock, LOG, Metrics],
      useFactory: ({ breakGlassKeySha256 }: Environment, clock: Clock, log: Log, metrics: Metrics) => {
        const count = metrics.counter({
          name: 'drgw_break_glass_uses_total',
          help: 'Requests with the sealed key for emergencies.',
        });
        const alarm = {
          count: () => count({}),
          say: (uses: number) =>
            log.error(
              { uses },
              'the sealed key for emergencies is in use: find out by whom, then make another',
            ),
        };
        return new BreakGlass(breakGlassKeySha256, alarm, clock);
      },
    },
  ],
  exports: [BreakGlass],
})
export class BreakGlassModule {}
