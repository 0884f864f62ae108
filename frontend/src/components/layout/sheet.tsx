import { t } from '@lingui/core/macro';
import { CloseButton } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import css from './sheet.module.css';

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog that covers the page from the bottom (bottom sheet). The browser keeps the focus inside, closes it with Escape, and restores the focus. */
export function Sheet({ title, open, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);

  return (
    <dialog ref={dialog} className={css.sheet} aria-labelledby={titleId} onClose={onClose}>
      {open && (
        <>
          <div className={css.head}>
            <h2 id={titleId}>{title}</h2>
            <CloseButton size="lg" aria-label={t`Close`} onClick={onClose} />
          </div>
          {children}
        </>
      )}
    </dialog>
  );
}
