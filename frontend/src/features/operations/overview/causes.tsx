import css from '@/features/operations/parts/causes.module.css';
import consoleCss from '@/features/operations/parts/console.module.css';
import { at } from '@/features/operations/parts/format';
import type { Cause } from '@/features/operations/wire';

interface Props {
  causes: Cause[];
  /** The first of them keeps everybody from booking. */
  worst: boolean;
  codes?: boolean;
}

/** One sentence for each present trouble, or that there is none. Told to screen readers when it changes. */
export function Causes({ causes, worst, codes = false }: Props) {
  return (
    <div role="status">
      {causes.length === 0 ? (
        <p className={consoleCss.well}>Everything is as it should be.</p>
      ) : (
        <ul className={css.causes}>
          {causes.map(({ code, message, since }, index) => (
            <li key={`${code} ${message}`} data-worst={(worst && index === 0) || undefined}>
              <strong>{message}</strong>
              {codes && <code>{code}</code>}
              {since && <span>since {at(since)}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
