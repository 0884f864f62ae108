import css from './figures.module.css';

interface Props {
  title: string;
  /** Each with its tone, where it is not well. */
  figures: readonly (readonly [name: string, value: string, tone?: string | false | undefined])[];
}

/** Figures that are read together. */
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
