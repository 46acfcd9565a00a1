import type { Change, RequestAnswer } from './operation-change.js';
import { endedBeforeItBegan, type Applied } from './operation-end.js';
import type { CancelRequest, InputRequest, Operation } from './operation.js';

type Request = Extract<
  Change,
  {
    kind:
      | 'CANCEL_REQUESTED'
      | 'CANCEL_SENDING'
      | 'CANCEL_ANSWERED'
      | 'INPUT_REQUESTED'
      | 'INPUT_SENDING'
      | 'INPUT_ANSWERED'
      | 'REQUEST_LAPSED';
  }
>;

/** What people ask of an operation that runs: to stop, or to go on past a prompt. */
export function request(operation: Operation, change: Request, now: string): Applied | null {
  switch (change.kind) {
    case 'CANCEL_REQUESTED':
      return cancelRequested(operation, change.request, now);
    case 'CANCEL_SENDING':
      if (operation.cancel?.state !== 'REQUESTED') return null;
      return cancelling(
        operation,
        { ...operation.cancel, state: 'SENDING', overBy: change.overBy },
        'The upstream is being asked to stop.',
      );
    case 'CANCEL_ANSWERED':
      return cancelAnswered(operation, change);
    case 'INPUT_REQUESTED':
      return inputRequested(operation, change.request);
    case 'INPUT_SENDING': {
      const { input } = operation;
      if (input?.state !== 'REQUESTED' || input.promptId !== change.promptId) return null;
      return answering(
        operation,
        { ...input, state: 'SENDING', overBy: change.overBy },
        'The upstream is being told to go on.',
      );
    }
    case 'INPUT_ANSWERED':
      return inputAnswered(operation, change);
    case 'REQUEST_LAPSED':
      return change.request === 'CANCEL'
        ? cancelLapsed(operation, change.detail)
        : inputLapsed(operation, change.detail);
  }
}

function cancelRequested(
  operation: Operation,
  asked: Pick<CancelRequest, 'requestedBy' | 'requestedTime'>,
  now: string,
): Applied | null {
  const again = operation.cancel?.state === 'REFUSED' || operation.cancel?.state === 'AMBIGUOUS';
  if (operation.cancel && !again) return null;
  const cancel: CancelRequest = { ...asked, state: 'REQUESTED', detail: null, overBy: null };
  if (operation.state === 'PENDING') {
    const text = `Cancelled by ${asked.requestedBy} before anything was sent.`;
    return endedBeforeItBegan({ ...operation, cancel }, 'CANCELLED', null, text, now);
  }
  if (!['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING'].includes(operation.state)) return null;
  // That no further step begins is ours to grant; nothing has to be sent for it.
  return operation.composite
    ? cancelling(
        operation,
        { ...cancel, state: 'ACCEPTED', detail: 'No further step begins.' },
        `${asked.requestedBy} asked to cancel: no further step begins.`,
      )
    : cancelling(operation, cancel, `${asked.requestedBy} asked to cancel.`);
}

function cancelling(operation: Operation, cancel: CancelRequest, text: string): Applied {
  return { operation: { ...operation, cancel, state: 'CANCELLING' }, type: 'operation.cancelling', text };
}

function cancelAnswered(
  operation: Operation,
  { state, detail, overBy }: Extract<Change, { kind: 'CANCEL_ANSWERED' }>,
): Applied | null {
  if (operation.cancel?.state !== 'SENDING' || !isOf(operation.cancel, overBy)) return null;
  const cancel: CancelRequest = { ...operation.cancel, state, detail };
  if (state === 'REFUSED') {
    return goingOn(operation, cancel, `The upstream refused to stop: ${detail ?? 'no reason given'}.`);
  }
  const text =
    state === 'ACCEPTED' ? 'The upstream is stopping.' : 'Whether the upstream will stop is not known yet.';
  return cancelling(operation, cancel, text);
}

function cancelLapsed(operation: Operation, detail: string): Applied | null {
  const { cancel } = operation;
  if (cancel?.state !== 'REQUESTED') return null;
  return goingOn(operation, { ...cancel, state: 'REFUSED', detail }, detail);
}

function goingOn(operation: Operation, cancel: CancelRequest, text: string): Applied {
  return {
    operation: { ...operation, cancel, state: 'RUNNING' },
    type: 'operation.progressed',
    text: `${text} The operation goes on.`,
  };
}

/** One answer at a time; the same prompt again only when its first answer was refused or may be lost. */
function inputRequested(
  operation: Operation,
  asked: Pick<InputRequest, 'promptId' | 'requestedBy' | 'requestedTime'>,
): Applied | null {
  if (operation.state !== 'WAITING_FOR_INPUT') return null;
  if (!operation.prompts.some(({ id }) => id === asked.promptId)) return null;
  const { input } = operation;
  if (input?.state === 'REQUESTED' || input?.state === 'SENDING') return null;
  if (input?.promptId === asked.promptId && input.state === 'ACCEPTED') return null;
  return answering(
    operation,
    { ...asked, state: 'REQUESTED', detail: null, overBy: null },
    `${asked.requestedBy} answered: go on.`,
  );
}

const AFTER_INPUT: Readonly<Record<RequestAnswer, string>> = {
  ACCEPTED: 'The upstream took the answer.',
  REFUSED: 'The upstream refused the answer',
  AMBIGUOUS: 'Whether the answer arrived is not known yet; it may be given again.',
  REQUESTED: 'The answer could not be sent; it will be tried again.',
};

function inputAnswered(
  operation: Operation,
  { promptId, state, detail, overBy }: Extract<Change, { kind: 'INPUT_ANSWERED' }>,
): Applied | null {
  const { input } = operation;
  if (input?.state !== 'SENDING' || input.promptId !== promptId || !isOf(input, overBy)) return null;
  const text =
    state === 'REFUSED' ? `${AFTER_INPUT.REFUSED}: ${detail ?? 'no reason given'}.` : AFTER_INPUT[state];
  return answering(operation, { ...input, state, detail, overBy: null }, text);
}

function inputLapsed(operation: Operation, detail: string): Applied | null {
  const { input } = operation;
  if (input?.state !== 'REQUESTED') return null;
  return answering(operation, { ...input, state: 'REFUSED', detail }, detail);
}

/** Whether an answer is that of this sending, and not of one before it. */
function isOf(sending: CancelRequest | InputRequest, overBy: string | null | undefined): boolean {
  return overBy === undefined || sending.overBy === overBy;
}

/** The state is left to what is observed: an answer that was taken shows there. */
function answering(operation: Operation, input: InputRequest, text: string): Applied {
  return { operation: { ...operation, input }, type: 'operation.progressed', text };
}
