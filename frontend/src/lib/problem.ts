import { t } from '@lingui/core/macro';
import { translatedFieldText, translatedProblemText } from './problem-texts';

export interface FieldError {
  /** Where: `/seats` is a field of the body, `?date` a query parameter, `If-Match:` a header. */
  pointer: string;
  code: string;
  message: string;
}

/** The error that every call to the API throws: the problem+json of the response, or one of the app if there was no response (`code: 'network'`). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly #detail: string | (() => string);
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  /** Milliseconds to wait before the next attempt, from the header `Retry-After`. */
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];
  /** The whole body of the response: some codes have fields of their own, such as `booking_id`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(fields: {
    status: number;
    code: string;
    /** Texts of the app are functions, which are evaluated in the present language. */
    detail: string | (() => string);
    retryable?: boolean;
    retryAfterMs?: number | null;
    requestId?: string | null;
    errors?: readonly FieldError[];
    members?: Readonly<Record<string, unknown>>;
  }) {
    super();
    this.#detail = fields.detail;
    this.status = fields.status;
    this.code = fields.code;
    this.retryable = fields.retryable ?? false;
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.requestId = fields.requestId ?? null;
    this.errors = fields.errors ?? [];
    this.members = fields.members ?? {};
  }

  override get message(): string {
    return typeof this.#detail === 'string' ? this.#detail : this.#detail();
  }
}

export function retryAfterMs(headers: Headers): number | null {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** Texts for travellers instead of the server's, which are about tokens and headers. */
const TRAVELLER_TEXTS: Readonly<Record<string, () => string>> = {
  unauthenticated: () => t`Your sign-in has ended. Sign in again to go on.`,
  account_gone: () => t`This account does not exist any more. Sign in with another one, or create one.`,
};

/** The problem of a response that is not a success. `body` is its JSON; anything else is tolerated, because the response may come from a proxy. */
export function problemFrom(response: Response, body: unknown): Problem {
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof members.code === 'string' ? members.code : 'unexpected';
  const detail = typeof members.detail === 'string' ? members.detail : null;
  return new Problem({
    status: response.status,
    code,
    detail: () =>
      TRAVELLER_TEXTS[code]?.() ??
      translatedProblemText(code) ??
      detail ??
      t`The server answered ${{ status: response.status }} without saying why.`,
    retryable: members.retryable === true || response.status === 429 || response.status === 503,
    retryAfterMs: retryAfterMs(response.headers),
    requestId: response.headers.get('X-Request-Id'),
    errors: Array.isArray(members.errors) ? (members.errors as FieldError[]).map(withTranslation) : [],
    members,
  });
}

/** The same error, whose message is evaluated in the present language. */
function withTranslation(fault: FieldError): FieldError {
  return {
    ...fault,
    get message() {
      return translatedFieldText(fault.pointer, fault.code) ?? fault.message;
    },
  };
}

export function networkProblem(): Problem {
  return new Problem({
    status: 0,
    code: 'network',
    detail: () => t`The server cannot be reached. Check the connection; nothing has been lost.`,
    retryable: true,
  });
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({
    status: 0,
    code: 'unexpected',
    detail: error instanceof Error ? error.message : String(error),
  });
}
