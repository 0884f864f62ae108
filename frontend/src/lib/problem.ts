export interface FieldError {
  /** `/seats` is a body field, `?date` a query parameter, `If-Match:` a header. */
  pointer: string;
  code: string;
  message: string;
}

/** The one error of every call: the API's problem+json, or what the network did instead (`code: 'network'`). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  /** Milliseconds that the server asked to wait, from `Retry-After`. */
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];
  /** Everything else that came with it: some codes have members of their own. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(fields: {
    status: number;
    code: string;
    detail: string;
    retryable?: boolean;
    retryAfterMs?: number | null;
    requestId?: string | null;
    errors?: readonly FieldError[];
    members?: Readonly<Record<string, unknown>>;
  }) {
    super(fields.detail);
    this.status = fields.status;
    this.code = fields.code;
    this.retryable = fields.retryable ?? false;
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.requestId = fields.requestId ?? null;
    this.errors = fields.errors ?? [];
    this.members = fields.members ?? {};
  }
}

export function retryAfterMs(headers: Headers): number | null {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** The server tells programs what is the matter with their token; a person needs to know what to do. */
const FOR_PEOPLE: Readonly<Record<string, string>> = {
  unauthenticated: 'Your sign-in has ended. Sign in again to go on.',
  account_gone: 'This account does not exist any more. Sign in with another one, or create one.',
};

/** What went wrong, from an answer that is not a success; `body` is its parsed JSON, or anything else that came. */
export function problemFrom(response: Response, body: unknown): Problem {
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof members.code === 'string' ? members.code : 'unexpected';
  const told = typeof members.detail === 'string' ? members.detail : null;
  return new Problem({
    status: response.status,
    code,
    detail: FOR_PEOPLE[code] ?? told ?? `The server answered ${response.status} without saying why.`,
    retryable: members.retryable === true || response.status === 429 || response.status === 503,
    retryAfterMs: retryAfterMs(response.headers),
    requestId: response.headers.get('X-Request-Id'),
    errors: Array.isArray(members.errors) ? (members.errors as FieldError[]) : [],
    members,
  });
}

export function networkProblem(): Problem {
  return new Problem({
    status: 0,
    code: 'network',
    detail: 'The server cannot be reached. Check the connection; nothing has been lost.',
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
