/** Holds back whoever comes, until it is opened. */
export function gate(): { pass: () => Promise<void>; reached: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const pass = (): Promise<void> => {
    arrive();
    return opened;
  };
  return { pass, reached, open };
}
