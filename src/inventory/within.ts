/** What came of it in that time; null = nothing yet. It goes on either way, and what it throws later is nobody's. */
export async function within<T>(work: Promise<T>, patienceMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tired = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  try {
    return await Promise.race([work, tired]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
