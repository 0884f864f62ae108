import css from './seats-left.module.css';

const FEW = 9;

interface Props {
  left: number;
  cancelled?: boolean;
  departed?: boolean;
}

/** The live count in words; it flashes when it changes. */
export function SeatsLeft({ left, cancelled = false, departed = false }: Props) {
  if (cancelled) return <span className={`${css.left} ${css.none}`}>Cancelled</span>;
  if (departed) return <span className={`${css.left} ${css.none}`}>Departed</span>;
  const tone = left === 0 ? css.none : left <= FEW ? css.few : css.many;
  const words = left === 0 ? 'Sold out' : left <= FEW ? `Only ${left} left` : `${left} seats left`;
  return (
    // A new key restarts the animation.
    <span key={left} className={`${css.left} ${tone}`}>
      {words}
    </span>
  );
}
