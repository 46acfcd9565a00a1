import type { ActionCommand, UpstreamCall } from '../domain/action-command.js';
import type { AllowedAction } from '../domain/allowed-actions.js';
import type { TargetBelief } from '../domain/expected-target.js';
import type { DrAction } from '../domain/dr-action.js';
import type { ResourceFacts } from '../domain/observation.js';
import type { Operation, OperationTarget } from '../domain/operation.js';

/** What the API asks for, validated as far as its shape goes. */
export interface OperationRequest {
  siteId: string;
  command: ActionCommand;
  /** For people, until the target tells its own name. */
  targetName: string | null;
  requestedBy: string;
  reason: string | null;
  requestId: string | null;
  /** Absent = it belongs to no trace. */
  traceparent?: string;
  /** What whoever asks believes of the target: if it is not so, the request is refused. Absent = they did not say. */
  belief?: TargetBelief;
}

export interface Accepted {
  operation: Operation;
  /** The same request had been accepted before. */
  replayed: boolean;
}

/** Everything that would be checked and sent, with nothing sent. */
export interface PreflightReport extends AllowedAction {
  target: OperationTarget;
  warnings: string[];
  /** The target as the upstream shows it now. */
  observed: ResourceFacts | null;
  /** Of a composite: of its first step; what the others send depends on what that one makes. */
  wouldSubmit: UpstreamCall[];
  /** Of a composite: the operations it would be made of, in their order. */
  steps: { title: string; action: DrAction }[];
  /** The operation that holds a group it touches. */
  heldBy: string | null;
  /** Who began that operation, if not through the gateway. */
  heldOutsideBy?: string | null;
  /** Nothing stands in the way but the site itself. */
  blockedBySite?: boolean;
}
