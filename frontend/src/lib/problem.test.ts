import { expect, test } from 'vitest';
import { showLanguage } from './language';
import { problemFrom } from './problem';

const validationProblem = () =>
  problemFrom(new Response(null, { status: 422 }), {
    code: 'validation',
    detail: 'The name needs a surname.',
    errors: [
      { pointer: '/passengers/0/name', code: 'no_surname', message: 'The name needs a surname.' },
      { pointer: '/seats', code: 'too_large', message: 'At most 9.' },
    ],
  });

test('in English the words are those of the server', () => {
  const { message, errors } = validationProblem();
  expect(message).toBe('The name needs a surname.');
  expect(errors.map((fault) => fault.message)).toEqual(['The name needs a surname.', 'At most 9.']);
});

test('in another language they are our own, where there are any, also after the language was changed', async () => {
  const { message: before } = validationProblem();
  const problem = validationProblem();
  await showLanguage('de');
  expect(before).toBe('The name needs a surname.');
  expect(problem.message).toBe('Eine Eingabe kann nicht verwendet werden.');
  expect(problem.errors.map(({ message }) => message)).toEqual([
    'Der Name braucht einen Nachnamen als letztes Wort.',
    'At most 9.',
  ]);
  expect(problemFrom(new Response(null, { status: 418 }), { code: 'teapot', detail: 'Tea.' }).message).toBe(
    'Tea.',
  );
});
