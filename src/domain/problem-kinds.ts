import { ACCESS_PROBLEMS } from './access/access-problems.js';
import type { ProblemKind } from './problem-kind.js';

export const PROBLEMS = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    meaning: 'A field, parameter or header is missing, malformed or not known; `errors` names each one.',
    remedy: 'Correct what `errors` names and send it again, with a fresh Idempotency-Key.',
    retryable: false,
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'Idempotency-Key is missing',
    meaning:
      'Every request that changes something needs the header Idempotency-Key: a fresh UUID per intent.',
    remedy: 'Add the header. Keep its value for repeats of the same intent.',
    retryable: false,
  },
  'page-token-invalid': {
    status: 400,
    title: 'The page token does not belong to this request',
    meaning: 'A page token is used with the filters it came from. Start again without it.',
    remedy: 'Start at the first page, with the filters that are wanted.',
    retryable: false,
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing',
    meaning: 'The id names nothing that exists, or nothing that may be seen.',
    remedy: 'List anew: it may have been deleted, or the id may be of another site.',
    retryable: false,
  },
  'not-offered': {
    status: 404,
    title: 'This upstream has no such thing',
    meaning: 'The path exists, but the upstream behind this site does not offer what it shows.',
    remedy: 'See `capabilities.reads` of the site (`GET /v1/sites/{id}`) for what it can tell.',
    retryable: false,
  },
  'method-not-allowed': {
    status: 405,
    title: 'This path does not take that method',
    meaning: 'See /openapi.json for what a path takes.',
    remedy: 'Use a method that the path takes.',
    retryable: false,
  },
  'action-not-allowed': {
    status: 409,
    title: 'The action is not allowed now',
    meaning:
      'The target is not in a state from which the upstream takes the action; `detail` and `blocking` say which is needed.',
    remedy:
      'Ask `GET …/actions` what is allowed now and what it takes; with `retryable`, wait and ask again.',
    retryable: false,
  },
  'wrong-direction': {
    status: 409,
    title: 'The workload already runs there',
    meaning: 'The direction names the site where the workload runs now, so the request is stale or mistaken.',
    remedy: 'Look at `activeSite`, and name the other direction if that is still wanted.',
    retryable: false,
  },
  'operation-in-progress': {
    status: 409,
    title: 'Another operation holds the group',
    meaning:
      'One operation at a time touches a protection group. `nextActions` links to the one that holds it.',
    remedy: 'Follow the operation that is linked, and ask again when it is done.',
    retryable: true,
  },
  'cancel-not-supported': {
    status: 409,
    title: 'It cannot be cancelled',
    meaning: 'The upstream cannot stop this action, or the operation is past the point where it can.',
    remedy: 'Wait for the end of the operation.',
    retryable: false,
  },
  'no-such-prompt': {
    status: 409,
    title: 'Nothing is asked that this could answer',
    meaning:
      'The operation does not wait for this prompt: it was answered, it is another one, or the upstream asks nothing.',
    remedy: 'Read the operation again; `prompts` has what it waits for.',
    retryable: false,
  },
  'not-resolvable': {
    status: 409,
    title: 'Nothing is left to a person to settle',
    meaning:
      'Only an operation that is UNKNOWN, or was begun outside, is settled by a person. This one goes on by itself, has its verdict already, or is being asked something just now.',
    remedy: 'Read the operation again. With `retryable`, wait as long as `detail` says.',
    retryable: false,
  },
  'upstream-contradicts': {
    status: 409,
    title: 'The upstream shows otherwise',
    meaning:
      'Before a person’s verdict is written, the upstream is looked at once more; what it shows does not agree. Nothing was settled.',
    remedy: 'Read what `detail` says is seen, and decide anew. What is at work is followed by itself.',
    retryable: false,
  },
  'state-changed': {
    status: 409,
    title: 'The target changed before the request was sent',
    meaning:
      'The target is not what it was expected to be (`expectedState`), or was when the operation was accepted: it was looked at once more right before sending. Nothing was sent.',
    remedy: 'Look at the target again, decide anew, and use a fresh Idempotency-Key.',
    retryable: false,
  },
  'upstream-refused': {
    status: 409,
    title: 'The upstream refused',
    meaning: 'The upstream answered with a refusal in its own words (`upstream`). Nothing was begun.',
    remedy:
      'Read `upstream`. With `retryable` it is a passing matter (a lock): ask again later, with a fresh Idempotency-Key. Else somebody has to change something first.',
    retryable: false,
  },
  'upstream-quota-exceeded': {
    status: 409,
    title: 'A limit of the upstream is reached',
    meaning: 'The upstream allows no more of it. Nothing was begun.',
    remedy: 'Have the quota raised there, or remove what is not needed.',
    retryable: false,
  },
  'upstream-permission-denied': {
    status: 409,
    title: 'The upstream does not let the gateway do this',
    meaning:
      "The gateway's user at the upstream lacks a right, or its account is frozen; the caller's API key is not meant. Nothing was begun.",
    remedy: 'Have the right given to the user that the sites file names.',
    retryable: false,
  },
  'upstream-failed': {
    status: 502,
    title: 'The upstream began the work and failed',
    meaning:
      'The job of the upstream ended badly; `upstream` has its words. Look at the target before trying again.',
    remedy:
      'Read `upstream` and the state of the target, then see `GET …/actions` for what is possible from there.',
    retryable: false,
  },
  'outcome-partial': {
    status: 502,
    title: 'The upstream stopped half way',
    meaning: 'Part of the work was done. The target says from where it can go on.',
    remedy: 'Look at the steps and at the target; `GET …/actions` tells what goes on from there.',
    retryable: false,
  },
  'not-started': {
    status: 503,
    title: 'It could not be sent in time',
    meaning: 'The upstream could not be reached until the start deadline. Nothing was sent.',
    remedy: 'Nothing was begun: ask again, with a fresh Idempotency-Key, when the site is reachable.',
    retryable: true,
  },
  'not-executed': {
    status: 503,
    title: 'It was never carried out',
    meaning:
      'The answer to the request was lost, nothing of it shows at the upstream, and a person settled that it was not carried out.',
    remedy: 'Look at the target; if it is still wanted, ask again, with a fresh Idempotency-Key.',
    retryable: true,
  },
  'precondition-failed': {
    status: 412,
    title: 'It is not what you saw',
    meaning: 'If-Match names another version.',
    remedy: 'Read it again and decide anew.',
    retryable: false,
  },
  'payload-too-large': {
    status: 413,
    title: 'The request is too large',
    meaning: 'Bodies are at most 64 KiB.',
    remedy: 'Send less.',
    retryable: false,
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Only JSON is understood',
    meaning: 'Send `Content-Type: application/json`.',
    remedy: 'Set the header and send JSON.',
    retryable: false,
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    meaning: 'A key belongs to one request for as long as its operation is kept. Use a fresh one.',
    remedy: 'Use a fresh key for a new intent; repeat the first request unchanged to see its operation.',
    retryable: false,
  },
  'webhook-disabled': {
    status: 409,
    title: 'The webhook is disabled',
    meaning: 'Nothing is sent to a webhook that is disabled, not even when somebody asks for it.',
    remedy:
      'Mend its endpoint, enable it (`PATCH /v1/webhooks/{id}` with `"disabled": false`), and ask again.',
    retryable: false,
  },
  'webhook-limit-reached': {
    status: 409,
    title: 'There are too many',
    meaning: 'There are as many webhooks as may be, or as many deliveries wait for this one.',
    remedy: 'Delete webhooks that nobody needs; one webhook may ask for the events of many sites.',
    retryable: false,
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'Wait as long as Retry-After says.',
    remedy: 'Wait, then repeat.',
    retryable: true,
  },
  'internal-error': {
    status: 500,
    title: 'The gateway has a fault',
    meaning: 'Our mistake. The request id finds it in the logs.',
    remedy: 'Repeat it once with the same Idempotency-Key; then report the request id.',
    retryable: true,
  },
  'unsupported-action': {
    status: 409,
    title: 'This upstream has no such action',
    meaning: 'The capabilities of the site (`GET /v1/sites/{id}`) say what it can do.',
    remedy: "Choose another action, or do it with the upstream's own tools.",
    retryable: false,
  },
  'upstream-bad-answer': {
    status: 502,
    title: 'The upstream gave an answer that cannot be used',
    meaning: 'The answer is not what the upstream documents. Nothing is concluded from it.',
    remedy: 'Read again later. If it lasts, look at `upstream` and at the site itself.',
    retryable: true,
  },
  'upstream-unavailable': {
    status: 503,
    title: 'The upstream is not available',
    meaning: 'The upstream cannot be reached, refuses to let the gateway in, or asks to wait.',
    remedy:
      "Wait as long as Retry-After says. If it lasts, or `retryable` is false, check the site's address and the gateway's login there.",
    retryable: true,
  },
  'inventory-unattended': {
    status: 503,
    title: 'Nobody looks at the site',
    meaning:
      'Told of a source in a list: what is shown is older than it should be, because no worker has looked at the site.',
    remedy: 'See that a worker runs and reaches Redis. `Cache-Control: no-cache` has the API look by itself.',
    retryable: true,
  },
  'inventory-postponed': {
    status: 503,
    title: 'There was no request left to look at the site',
    meaning:
      'Told of a source in a list: what is shown is older than it should be, because other requests have used what the upstream lets the gateway ask, or it asked to be left alone for a while.',
    remedy:
      'Read less of this site, or set its `budget` to what the upstream allows. `GET /v1/sites/{id}` tells how much is used.',
    retryable: true,
  },
  'store-unavailable': {
    status: 503,
    title: 'The gateway cannot reach its store',
    meaning:
      'Redis does not answer or takes no writes. Repeat the request with the same Idempotency-Key: it is accepted once.',
    remedy: 'Repeat it with the same Idempotency-Key when the gateway is ready again (`/readyz`).',
    retryable: true,
  },
  'history-unavailable': {
    status: 503,
    title: 'A part of the archive cannot be read',
    meaning:
      'What was asked for may be in a file of HISTORY_DIR that is missing, damaged, or not to be seen from this process. `detail` names it. What is younger, and everything that is under way, is not concerned.',
    remedy:
      'Bring the file back, or let this process see the folder. For an export, leave out the time that `detail` names.',
    retryable: true,
  },
  'newer-record': {
    status: 503,
    title: 'A newer version wrote this operation',
    meaning:
      'While versions are changed, a newer process wrote the record in a form that this one can show and must not change. Nothing was changed.',
    remedy: 'Ask again: a process of the newer version may answer. After a roll-back, finish the upgrade.',
    retryable: true,
  },
  'not-durable': {
    status: 503,
    title: 'It could not be kept safely',
    meaning:
      'Too few replicas of Redis, or not the disk of the journal, confirmed in time what was written. `detail` says what became of it: a new operation was taken back (it is REJECTED, nothing is sent); what was there before stays as it is.',
    remedy:
      'Ask again when the gateway is ready again (`/readyz`): with a fresh Idempotency-Key for what was taken back, with the same one otherwise.',
    retryable: true,
  },
  unhealthy: {
    status: 503,
    title: 'The process does not work as it should',
    meaning:
      'Told by `/readyz` and `/livez`: something that the process needs is wrong. `checks` says what was looked at, and what is wrong.',
    remedy:
      'Act upon the sentence of each check that is not `ok`. A `/livez` that answers so wants the process to be started anew.',
    retryable: true,
  },
  overloaded: {
    status: 503,
    title: 'More is asked of the gateway than it can answer in time',
    meaning:
      'The process sheds load before everybody waits: reads first, then requests that change something; failovers, stops, answers to prompts and verdicts have places of their own. Nothing was done.',
    remedy: 'Repeat it after Retry-After, with the same Idempotency-Key if it had one.',
    retryable: true,
  },
  'store-reconciling': {
    status: 503,
    title: 'The store is being compared with the journals',
    meaning:
      'Redis was restarted, replaced, emptied or rolled back. Nothing is accepted or sent until what it has lost is written back; reads go on. Repeat the request with the same Idempotency-Key: it is accepted once.',
    remedy:
      'Repeat it with the same Idempotency-Key after Retry-After. If it lasts, `GET /v1/restore-guard` tells what is waited for.',
    retryable: true,
  },
  'upstream-timeout': {
    status: 504,
    title: 'The upstream did not answer in time',
    meaning: 'A read took too long. Nothing is concluded from it.',
    remedy: 'Read again later.',
    retryable: true,
  },
  ...ACCESS_PROBLEMS,
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
