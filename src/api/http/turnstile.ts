import { AsyncResource } from 'node:async_hooks';

/**
 * Lets go on at once whoever comes, except while somebody in a hurry is being answered: then one in each turn of the event
 * loop, in the order of arrival. Each step of the hurried one waits for a turn, so the turns are kept short for it.
 */
export class Turnstile {
  private readonly line: (() => void)[] = [];
  private isTurning = false;

  /** @param isHurried whether somebody in a hurry is being answered */
  constructor(private readonly isHurried: () => boolean) {}

  pass(goOn: () => void): void {
    if (!this.isTurning && !this.isHurried()) return goOn();
    this.line.push(AsyncResource.bind(goOn));
    if (!this.isTurning) setImmediate(this.turn);
    this.isTurning = true;
  }

  private readonly turn = (): void => {
    do this.line.shift()?.();
    while (this.line.length > 0 && !this.isHurried());
    this.isTurning = this.line.length > 0;
    if (this.isTurning) setImmediate(this.turn);
  };
}
