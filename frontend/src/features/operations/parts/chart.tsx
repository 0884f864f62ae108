import css from './chart.module.css';
import consoleCss from './console.module.css';

interface Props {
  title: string;
  /** One for each minute, the oldest first; null where nothing was measured. */
  values: readonly (number | null)[];
  format: (value: number) => string;
}

/** A line over the last hours, with its newest and its highest value in words. */
export function Chart({ title, values, format }: Props) {
  const known = values.filter((value) => value !== null);
  const highest = Math.max(...known, 0);
  const newest = known.at(-1);
  const words = newest === undefined ? 'nothing yet' : `now ${format(newest)}, highest ${format(highest)}`;
  return (
    <figure className={css.chart}>
      <figcaption>
        <strong>{title}</strong>
        <span className={consoleCss.fine}>{words}</span>
      </figcaption>
      <svg
        viewBox="0 0 100 30"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} over ${values.length} minutes: ${words}`}
      >
        <path d={line(values, highest)} />
      </svg>
    </figure>
  );
}

function line(values: readonly (number | null)[], highest: number): string {
  const width = 100 / Math.max(values.length - 1, 1);
  let pen = 'M';
  return values
    .map((value, index) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const point = `${pen}${(index * width).toFixed(2)} ${(29 - (28 * value) / (highest || 1)).toFixed(2)}`;
      pen = 'L';
      return point;
    })
    .join('');
}
