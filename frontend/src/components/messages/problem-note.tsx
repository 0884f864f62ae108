import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { AlertIcon } from '@/components/icons';
import { asProblem, type Problem } from '@/lib/problem';
import css from './problem-note.module.css';

interface Props {
  error: unknown;
  /** What did not work, in a few words. */
  title: string;
  onRetry?: () => void;
  retrying?: boolean;
}

/** What did not work and why, with a button that tries again where that makes sense. */
export function ProblemNote({ error, title, onRetry, retrying = false }: Props) {
  const problem = asProblem(error);
  return (
    <div className={css.note} role="alert">
      <AlertIcon />
      <div className={css.text}>
        <strong>{title}</strong>
        <Reasons problem={problem} />
        {problem.status >= 500 && problem.requestId && (
          <p className={css.fine}>
            {t`Request`} <code>{problem.requestId}</code>
          </p>
        )}
      </div>
      {onRetry && (
        <Button variant="default" size="sm" onClick={onRetry} loading={retrying}>
          {t`Try again`}
        </Button>
      )}
    </div>
  );
}

/** A list, where more than one thing is wrong. */
function Reasons({ problem: { errors, message } }: { problem: Problem }) {
  if (errors.length < 2) return <p>{errors[0]?.message ?? message}</p>;
  return (
    <ul className={css.list}>
      {errors.map(({ pointer, code, message: text }) => (
        <li key={`${pointer} ${code}`}>{text}</li>
      ))}
    </ul>
  );
}
