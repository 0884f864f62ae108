import css from './steps.module.css';

const STEPS = ['File and header', 'Options', 'Check', 'Import', 'Result'] as const;

export type Step = (typeof STEPS)[number];

/** The steps of an upload, and the present one. */
export function Steps({ at }: { at: Step }) {
  const present = STEPS.indexOf(at);
  return (
    <ol className={css.steps} aria-label="Steps">
      {STEPS.map((name, index) => (
        <li
          key={name}
          data-done={index < present || undefined}
          aria-current={index === present ? 'step' : undefined}
        >
          <span aria-hidden="true">{index < present ? '✓' : index + 1}</span> {name}
        </li>
      ))}
    </ol>
  );
}
