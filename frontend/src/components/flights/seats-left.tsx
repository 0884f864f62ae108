import { plural, t } from '@lingui/core/macro';
import css from './seats-left.module.css';

const FEW = 9;

interface Props {
  left: number;
  cancelled?: boolean;
  departed?: boolean;
  /** Say nothing while there are enough. */
  onlyFew?: boolean;
}

/** How many seats are free, or why none can be booked. It flashes when the number changes. */
export function SeatsLeft({ left, cancelled = false, departed = false, onlyFew = false }: Props) {
  if (cancelled)
    return (
      <span className={`${css.left} ${css.none}`}>{t({ message: 'Cancelled', context: 'flight' })}</span>
    );
  if (departed) return <span className={`${css.left} ${css.none}`}>{t`Departed`}</span>;
  if (onlyFew && left > FEW) return null;
  const tone = left === 0 ? css.none : left <= FEW ? css.few : css.many;
  const text = textOf(left);
  return (
    // A new key starts the animation again.
    <span key={left} className={`${css.left} ${tone}`}>
      {text}
    </span>
  );
}

function textOf(left: number): string {
  if (left === 0) return t`Sold out`;
  return left <= FEW
    ? plural({ seats: left }, { one: 'Only # left', other: 'Only # left' })
    : plural({ seats: left }, { one: '# seat left', other: '# seats left' });
}
