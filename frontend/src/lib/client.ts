import createClient from 'openapi-fetch';
import { networkProblem, Problem, problemFrom } from './problem';
import type { paths } from './schema';
import { authorizedFetch } from './session';

/** Typed by the API's own description. Wrap every call in `answer()`. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: authorizedFetch });

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a success, and the answer it came in; everything else is thrown as a `Problem`. */
export async function answered<T>(call: Promise<Result<T>>): Promise<{ data: T; response: Response }> {
  const result = await call.catch((reason: unknown) => {
    // Nothing answered, or the answer broke off. An abort is a wish, and a Problem comes from renewing the session.
    throw reason instanceof Problem || (reason as Error).name === 'AbortError' ? reason : networkProblem();
  });
  if (!result.response.ok) throw problemFrom(result.response, result.error);
  return { data: result.data as T, response: result.response };
}

export async function answer<T>(call: Promise<Result<T>>): Promise<T> {
  return (await answered(call)).data;
}
