import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import consoleCss from '@/features/operations/components/console.module.css';
import css from './chart.module.css';

interface Line {
  name: string;
  /** One for each point in time; null where nothing was measured. */
  values: readonly (number | null)[];
  /** One of the colours of the app, such as `--sky`. */
  colour: string;
}

interface Props {
  title: string;
  /** The points in time, in seconds since 1970, the oldest first. */
  times: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
}

const HEIGHT = 150;

/** A line chart with a cursor that shows the values of a minute, and the newest and the highest value as text. */
export function Chart({ title, times, lines, format }: Props) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const frame = useRef<HTMLDivElement>(null);
  const place = useMergedRef(ref, frame);
  const plot = useRef<uPlot | null>(null);
  const [library, setLibrary] = useState<typeof uPlot>();
  const data = [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  const newestData = useRef(data);
  newestData.current = data;
  const shape = lines.map(({ name, colour }) => `${name} ${colour}`).join();

  useEffect(() => {
    let shown = true;
    loadLibrary().then(
      (loaded) => shown && setLibrary(() => loaded),
      // Without the library, the text still has the newest and the highest value.
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when the lines are others; new values come by setData
  useEffect(() => {
    const box = frame.current;
    if (!library || !box || width === 0) return;
    const colourOf = (name: string) => getComputedStyle(box).getPropertyValue(name).trim();
    const axis = { stroke: colourOf('--muted'), grid: { stroke: colourOf('--line'), width: 1 }, font: FONT };
    plot.current = new library(
      {
        width,
        height: HEIGHT,
        legend: { show: true, live: true },
        cursor: { drag: { x: false, y: false } },
        scales: { y: { range: (_self, _lowest, highest) => [0, Math.max(highest || 0, 1) * 1.05] } },
        axes: [
          { ...axis, size: 26, incrs: MINUTES, values: (_self, ticks) => ticks.map(hour) },
          { ...axis, size: 62, incrs: STEPS, values: (_self, ticks) => ticks.map(format) },
        ],
        series: [
          { label: 'at', value: (_self: uPlot, tick: number | null) => (tick == null ? '–' : hour(tick)) },
          ...lines.map(({ name, colour }) => ({
            label: name,
            stroke: colourOf(colour),
            width: 1.5,
            // Minutes without bookings have no times.
            spanGaps: true,
            // A minute between minutes without bookings has no line: it is a point. Where there are many, uPlot shows none.
            points: { size: 5 },
            value: (_self: uPlot, value: number | null) => (value == null ? '–' : format(value)),
          })),
        ],
      },
      newestData.current,
      box,
    );
    return () => {
      plot.current?.destroy();
      plot.current = null;
    };
  }, [library, width, shape]);

  useEffect(() => plot.current?.setData(data), [data]);

  const words = lines.map(({ name, values }) => `${name} ${inWords(values, format)}`).join('; ');
  return (
    <figure className={css.chart} aria-label={`${title} over ${times.length} minutes: ${words}`}>
      <figcaption>
        <strong>{title}</strong>
        <span className={consoleCss.fine}>{inWords(lines[0]?.values ?? [], format)}</span>
      </figcaption>
      <div ref={place} className={css.place} aria-hidden="true" />
    </figure>
  );
}

/** Between two lines of the grid. Whole: there are no halves of bookings, and two lines with one number say nothing. */
const STEPS = [0, 1, 2, 3, 4, 5, 6].flatMap((zeros) => [1, 2, 5].map((digit) => digit * 10 ** zeros));

/** Between two marks of the time: whole minutes, because no shorter time is shown. */
const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360].map((minutes) => minutes * 60);

const FONT = '11px "Hanken Grotesk Variable", system-ui, sans-serif';

const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `14:05` where the reader is. */
function hour(seconds: number): string {
  return HOUR.format(new Date(seconds * 1000));
}

function inWords(values: Line['values'], format: Props['format']): string {
  const known = values.filter((value) => value !== null);
  const newest = known.at(-1);
  if (newest === undefined) return 'nothing yet';
  return `now ${format(newest)}, highest ${format(Math.max(...known))}`;
}

/** The library and its styles, when the first chart is shown. */
async function loadLibrary(): Promise<typeof uPlot> {
  const [loaded] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
  return loaded.default;
}
