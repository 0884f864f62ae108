import { t } from '@lingui/core/macro';
import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { CheckIcon, CopyIcon } from '@/components/icons';
import css from './copy-reference.module.css';

/** Copies the reference of a booking. Says so for a moment, also to a screen reader. */
export function CopyReference({ reference }: { reference: string }) {
  const clipboard = useClipboard({ timeout: 2_500 });
  const said = clipboard.error ? t`Not copied: select it instead` : clipboard.copied ? t`Copied` : '';
  return (
    <span className={css.copy} data-screen-only>
      <ActionIcon
        variant="subtle"
        aria-label={t`Copy the reference ${reference}`}
        onClick={() => clipboard.copy(reference)}
      >
        {clipboard.copied ? <CheckIcon size={18} /> : <CopyIcon size={18} />}
      </ActionIcon>
      <span role="status">{said}</span>
    </span>
  );
}
