import type { FastifyError, FastifyReply } from 'fastify';
import { MESSAGES, STATUSES } from './error-codes.js';
import type { SdrsSettings } from './settings.js';

/** SDRS says no: almost always HTTP 400, the reason being the code (6.2). */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  readonly wrapper: 'error' | 'itemNotFound' | undefined;

  constructor(
    digits: string,
    options: { status?: number; wrapper?: 'error' | 'itemNotFound'; detail?: string } = {},
  ) {
    super([MESSAGES[digits] ?? 'The request was refused.', options.detail].filter(Boolean).join(' '));
    this.code = `SDRS.${digits}`;
    this.status = options.status ?? STATUSES[digits] ?? 400;
    this.wrapper = options.wrapper;
  }
}

/** The API gateway in front of SDRS says no (6.1, shape 3). */
export class GatewayRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function unpublishedApi(): GatewayRefusal {
  return new GatewayRefusal(404, 'APIGW.0101', 'The API does not exist or has not been published.');
}

/** IAM says no: the code is a number there (1.4). */
export class IamRefusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    message: string,
  ) {
    super(message);
  }
}

/** What stands in an answer whose status a test chose, in the shape of who answers it (6.1, 6.3). */
export function bodyForStatus(status: number): object {
  const message = `The service answered ${status}.`;
  const code = GATEWAY_CODES[status];
  if (code) return { error_msg: message, error_code: code, request_id: '0'.repeat(32) };
  return { error: { code: status < 500 ? 'SDRS.0201' : 'SDRS.0013', message } };
}

const GATEWAY_CODES: Record<number, string> = {
  401: 'APIGW.0307',
  403: 'APIGW.0302',
  404: 'APIGW.0101',
  429: 'APIGW.0308',
  502: 'APIGW.0201',
  503: 'APIGW.0613',
  504: 'APIGW.0201',
};

/** A body that is no JSON is refused by whoever was to read it. */
export function refusalOf(error: FastifyError, path: string): Error {
  if (error.statusCode === undefined || error.statusCode >= 500) return error;
  if (path.startsWith('/v3/')) return new IamRefusal(400, 'Bad Request', 'The request body is invalid.');
  return new Refusal('0201');
}

/** Answers a refusal in the form its author uses, SDRS's own one in the wrapper the settings ask for. */
export function answerError(
  settings: SdrsSettings,
  error: Error,
  requestId: string,
  reply: FastifyReply,
): void {
  if (error instanceof IamRefusal) {
    const { status, title, message } = error;
    void reply.code(status).send({ error: { code: status, message, title } });
  } else if (error instanceof GatewayRefusal) {
    void reply
      .code(error.status)
      .send({ error_msg: error.message, error_code: error.code, request_id: requestId });
  } else if (error instanceof Refusal) {
    const { code, message } = error;
    const wrapper = settings.errorWrapper === 'error' ? (error.wrapper ?? 'error') : settings.errorWrapper;
    void reply.code(error.status);
    if (wrapper === 'html')
      void reply.type('text/html').send(`<html><body><h1>${message}</h1></body></html>`);
    else if (wrapper === 'gateway')
      void reply.send({ error_msg: message, error_code: code, request_id: requestId });
    else void reply.send({ [wrapper]: { message, code } });
  } else {
    throw error;
  }
}
