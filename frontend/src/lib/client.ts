import createClient from 'openapi-fetch';
import { networkProblem, Problem, problemFrom } from './problem';
import type { paths } from './schema';
import { authorizedFetch } from './session';

/** The API client, typed by the API's own description. Wrap every call in `answer()`, so that a failure is thrown as a `Problem`. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: authorizedFetch });

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer. */
export async function answer<T>(call: Promise<Result<T>>): Promise<T> {
  return (await answerWithHeaders(call)).data;
}

export async function answerWithHeaders<T>(call: Promise<Result<T>>): Promise<{ data: T; headers: Headers }> {
  const { data, error, response } = await call.catch((reason: unknown) => {
    // A Problem comes from renewing the session, an AbortError from the caller. Anything else means that no whole answer arrived.
    throw reason instanceof Problem || (reason as Error).name === 'AbortError' ? reason : networkProblem();
  });
  if (!response.ok) throw problemFrom(response, error);
  return { data: data as T, headers: response.headers };
}
