import { Button } from '@mantine/core';
import { asProblem, type Problem } from '@/lib/problem';
import { AlertIcon } from './icons';
import css from './problem-note.module.css';

interface Props {
  error: unknown;
  /** What did not work, in a few words. */
  title: string;
  onRetry?: () => void;
  retrying?: boolean;
}

/** A failure where its content would have been: what happened, whether it matters, and the way on. */
export function ProblemNote({ error, title, onRetry, retrying = false }: Props) {
  const problem = asProblem(error);
  return (
    <div className={css.note} role="alert">
      <AlertIcon />
      <div className={css.words}>
        <strong>{title}</strong>
        <Said problem={problem} />
        {problem.status >= 500 && problem.requestId && (
          <p className={css.fine}>
            Request <code>{problem.requestId}</code>
          </p>
        )}
      </div>
      {onRetry && (
        <Button variant="default" size="sm" onClick={onRetry} loading={retrying}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Everything that is wrong, where there is more than one thing. */
function Said({ problem: { errors, message } }: { problem: Problem }) {
  if (errors.length < 2) return <p>{errors[0]?.message ?? message}</p>;
  return (
    <ul className={css.list}>
      {errors.map(({ pointer, code, message: words }) => (
        <li key={`${pointer} ${code}`}>{words}</li>
      ))}
    </ul>
  );
}
