import { Button, CopyButton, Group } from '@mantine/core';
import css from '@/features/operations/components/causes.module.css';

interface Props {
  /** What it is: a key, a secret. */
  what: string;
  secret: string;
  onDismiss: () => void;
}

/** A secret that is shown now and never again. */
export function OneTimeSecret({ what, secret, onDismiss }: Props) {
  return (
    <section className={css.causes} aria-label={`The new ${what}`}>
      <p role="status">The new {what}. Copy it now: it is not shown again.</p>
      <Group gap="xs">
        <code>{secret}</code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button size="compact-sm" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button size="compact-sm" variant="default" onClick={onDismiss}>
          I have it
        </Button>
      </Group>
    </section>
  );
}
