import type { Step } from './steps.js';

/** @param about the operation, or its site with a dot behind it, or nobody knows */
type Pass = (step: Step, about: string | null) => void;
type Method = (this: unknown, ...given: unknown[]) => unknown;
type Class = { prototype: Record<string, Method | undefined> };

/** Steps before and after the write of a change, by its kind. */
const CHANGES: Readonly<Record<string, readonly [before: Step, after: Step]>> = {
  INTENT: ['before intent', 'after intent'],
  ACCEPTED: ['before write-down', 'after write-down'],
  REFUSED: ['before write-down', 'after write-down'],
  VERDICT: ['before verdict', 'after verdict'],
  AMBIGUOUS: ['before ambiguous', 'after ambiguous'],
  ADOPTED: ['before adoption', 'after adoption'],
};

/**
 * Wraps the classes of the product at `base` (a file URL that ends with a slash). Throws when one of them is not as it
 * was: a step that nobody passes any more would make every test of it pass.
 */
export async function wrapProduct(base: string, pass: Pass): Promise<void> {
  const load = (path: string): Promise<Record<string, unknown>> =>
    import(new URL(path, base).href) as Promise<Record<string, unknown>>;
  const [runner, provider, store, http, journal] = await Promise.all([
    load('operations/operation-runner.js'),
    load('providers/provider.js'),
    load('operations/redis-operation-store.js'),
    load('platform/http/upstream-http.js'),
    load('operations/journal/file-journal.js').catch(() => null),
  ]);
  around(runner.OperationRunner, 'submit', ([id]) => pass('before claim', String(id)));
  around(
    provider.Provider,
    'prepare',
    ([, id]) => pass('before look', idOf(id)),
    ([, id]) => pass('after look', idOf(id)),
  );
  around(
    provider.Provider,
    'observe',
    (_given, self) => pass('before observe', siteOf(self)),
    (_given, self) => pass('after observe', siteOf(self)),
  );
  for (const method of ['transition', 'transitionFrom']) {
    around(
      store.RedisOperationStore,
      method,
      ([operation, change]) => stepOf(change, 0, operation, pass),
      ([operation, change]) => stepOf(change, 1, operation, pass),
    );
  }
  wrapSubmit(http.UpstreamHttp as Class, pass);
  if (journal) wrapJournal(journal.FileJournal as Class, pass);
}

function stepOf(change: unknown, which: 0 | 1, operation: unknown, pass: Pass): void {
  const step = CHANGES[(change as { kind?: string } | null)?.kind ?? '']?.[which];
  if (step) pass(step, idOf(operation));
}

const siteOf = (provider: unknown): string => `${(provider as { siteId: string }).siteId}.`;

function idOf(given: unknown): string | null {
  if (typeof given === 'string') return given;
  return (given as { id?: string } | null)?.id ?? null;
}

/** The gate's two checks and the write: `submit(request, open, timeoutMs, confirm?)`. */
function wrapSubmit({ prototype }: Class, pass: Pass): void {
  const original = methodOf(prototype, 'submit');
  prototype.submit = async function (this: unknown, ...given: unknown[]) {
    const [request, open, timeoutMs, confirm] = given as [
      unknown,
      () => void,
      number,
      (() => Promise<void>)?,
    ];
    const confirmed = async (): Promise<void> => {
      pass('before confirm', null);
      await confirm?.();
      pass('after confirm', null);
    };
    try {
      return await original.call(this, request, () => opened(open, pass), timeoutMs, confirmed);
    } finally {
      pass('after answer', null);
    }
  };
}

/** `before write` comes before the last check: what stops there must be held back by it. */
function opened(open: () => void, pass: Pass): void {
  pass('before write', null);
  open();
  // The request is written in this tick; in the next one it is on its way.
  setImmediate(() => pass('after write', null));
}

function wrapJournal({ prototype }: Class, pass: Pass): void {
  around({ prototype }, 'append', undefined, ([entry]) => {
    const text = JSON.stringify(entry);
    const id = /"(?:operationId|id)":"([^"]+)"/.exec(text)?.[1] ?? null;
    if (text.includes('"SENDING"')) pass('after intent journalled', id);
    else if (/"kind":"(ACCEPTED|REFUSED|AMBIGUOUS|NOT_SENT)"/.test(text)) pass('after answer journalled', id);
  });
}

function around(
  given: unknown,
  name: string,
  before?: (given: unknown[], self: unknown) => void,
  after?: (given: unknown[], self: unknown) => void,
): void {
  const { prototype } = given as Class;
  const original = methodOf(prototype, name);
  prototype[name] = async function (this: unknown, ...args: unknown[]) {
    before?.(args, this);
    const answer = await original.apply(this, args);
    after?.(args, this);
    return answer;
  };
}

function methodOf(prototype: Record<string, Method | undefined>, name: string): Method {
  const method = prototype[name];
  if (typeof method !== 'function')
    throw new Error(`what ships has no ${name} any more: steps must be named anew`);
  return method;
}
