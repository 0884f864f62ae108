import css from './figures.module.css';

interface Props {
  title: string;
  /** Name, value, and a CSS class if the value is bad. */
  figures: readonly (readonly [name: string, value: string, tone?: string | false | undefined])[];
}

/** A group of figures under one title. */
export function Figures({ title, figures }: Props) {
  return (
    <section className={css.group}>
      <h2>{title}</h2>
      <dl>
        {figures.map(([name, value, tone]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={tone || undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
