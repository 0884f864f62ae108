import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '@/components/problem-note';
import { asProblem } from '@/lib/problem';
import css from './refusal.module.css';
import { refusalTitle } from './words';

/** Why it was not booked. What concerns this flight is said in its own words, with the way on beside it. */
export function Refusal({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const problem = asProblem(error);
  const { booking_id: earlier } = problem.members;
  if (problem.code === 'possible_duplicate' && typeof earlier === 'string') {
    return (
      <div className={css.refusal} role="alert">
        <strong>You booked this flight a moment ago</strong>
        <p>
          <Link to="/bookings/$bookingId" params={{ bookingId: earlier }}>
            See that booking
          </Link>
          , or book more seats beside it.
        </p>
        <Button fullWidth onClick={onAgain}>
          Book once more
        </Button>
      </div>
    );
  }
  if (problem.code === 'too_many_holds') {
    return (
      <div className={css.refusal} role="alert">
        <strong>Too many unpaid holds</strong>
        <p>
          Pay for one of <Link to="/bookings">your bookings</Link>, or cancel it, before you hold more seats.
        </p>
      </div>
    );
  }
  const title = refusalTitle(problem.code);
  if (!title) return <ProblemNote error={problem} title="The booking was not made." />;
  return (
    <div className={css.refusal} role="alert">
      <strong>{title}</strong>
      <p>{problem.message}</p>
    </div>
  );
}
