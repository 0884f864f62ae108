import createClient from 'openapi-fetch';
import { networkProblem, Problem, problemFrom } from './problem';
import type { paths } from './schema';
import { authorizedFetch } from './session';

/** The API client, with types from the OpenAPI document. Wrap every call in `unwrap()`, which throws failures as a `Problem`. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: authorizedFetch });

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns the body of a successful response, and throws a `Problem` otherwise. */
export async function unwrap<T>(call: Promise<Result<T>>): Promise<T> {
  return (await unwrapWithHeaders(call)).data;
}

export async function unwrapWithHeaders<T>(call: Promise<Result<T>>): Promise<{ data: T; headers: Headers }> {
  const { data, error, response } = await call.catch((reason: unknown) => {
    // A Problem comes from renewing the session, an AbortError from the caller. Anything else means that there was no complete response.
    throw reason instanceof Problem || (reason as Error).name === 'AbortError' ? reason : networkProblem();
  });
  if (!response.ok) throw problemFrom(response, error);
  return { data: data as T, headers: response.headers };
}
