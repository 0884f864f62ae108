import type { Cause } from '@/features/operations/api-types';
import css from '@/features/operations/components/causes.module.css';
import consoleCss from '@/features/operations/components/console.module.css';
import { formatTime } from '@/features/operations/components/format';

interface Props {
  causes: Cause[];
  /** No bookings can be made, because of the first cause. */
  isDown: boolean;
  /** Also show the code of each cause. */
  codes?: boolean;
}

/** One sentence for each present problem, or that there is none. A screen reader reads changes. */
export function Causes({ causes, isDown, codes = false }: Props) {
  return (
    <div role="status">
      {causes.length === 0 ? (
        <p className={consoleCss.well}>Everything is as it should be.</p>
      ) : (
        <ul className={css.causes}>
          {causes.map(({ code, message, since }, index) => (
            <li key={`${code} ${message}`} data-worst={(isDown && index === 0) || undefined}>
              <strong>{message}</strong>
              {codes && <code>{code}</code>}
              {since && <span>since {formatTime(since)}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
