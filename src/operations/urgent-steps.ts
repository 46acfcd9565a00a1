import { inLane } from '../providers/lanes.js';
import type { AroundStep } from './operation-runner.js';
import { isUrgent } from './urgency.js';

/** Whatever a step of something urgent asks of its site goes ahead of what others ask. */
export function urgentFirst(around: AroundStep): AroundStep {
  return (operation, step) => around(operation, isUrgent(operation) ? () => inLane('EMERGENCY', step) : step);
}
