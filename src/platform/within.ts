const LATE = Symbol('late');

/** Rejects if `work` takes longer; the work itself goes on, and nobody hears of its end. */
export async function withinMs<T>(ms: number, work: Promise<T>): Promise<T> {
  const came = await soonest(ms, work);
  if (came === LATE) throw new Error(`not within ${ms} ms`);
  return came;
}

/** What came of it in that time; null = nothing yet. It goes on either way, and what it throws later is nobody's. */
export async function withinMsOrNull<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const came = await soonest(ms, work);
  return came === LATE ? null : came;
}

async function soonest<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
