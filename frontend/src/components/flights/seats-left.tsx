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
  if (cancelled) return <span className={`${css.left} ${css.none}`}>Cancelled</span>;
  if (departed) return <span className={`${css.left} ${css.none}`}>Departed</span>;
  if (onlyFew && left > FEW) return null;
  const tone = left === 0 ? css.none : left <= FEW ? css.few : css.many;
  const text = left === 0 ? 'Sold out' : left <= FEW ? `Only ${left} left` : `${left} seats left`;
  return (
    // A new key starts the animation again.
    <span key={left} className={`${css.left} ${tone}`}>
      {text}
    </span>
  );
}
