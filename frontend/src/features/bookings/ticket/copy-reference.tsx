import { t } from '@lingui/core/macro';
import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { CheckIcon, CopyIcon } from '@/components/icons';
import css from './copy-reference.module.css';

/** A button that copies the reference of a booking, and shows for a moment that it was copied. */
export function CopyReference({ reference }: { reference: string }) {
  const clipboard = useClipboard({ timeout: 2_500 });
  const message = clipboard.error ? t`Not copied: select it instead` : clipboard.copied ? t`Copied` : '';
  return (
    <span className={css.copy} data-screen-only>
      <ActionIcon
        variant="subtle"
        aria-label={t`Copy the reference ${reference}`}
        onClick={() => clipboard.copy(reference)}
      >
        {clipboard.copied ? <CheckIcon size={18} /> : <CopyIcon size={18} />}
      </ActionIcon>
      <span role="status">{message}</span>
    </span>
  );
}
