/** An exchange that brought no HTTP answer. */
export class TransportError extends Error {
  constructor(
    /** CONNECT: not a byte of the request left. EXCHANGE: some may have. */
    readonly phase: 'CONNECT' | 'EXCHANGE',
    message: string,
    options: { timedOut?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'TransportError';
    this.timedOut = options.timedOut ?? false;
  }

  readonly timedOut: boolean;
}
