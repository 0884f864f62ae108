import { Drawer, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './shared.module.css';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog over the page, which Escape closes. It does not use Mantine's header, which would be a second landmark `banner`. */
export function Dialog({ title, onClose, children }: Props) {
  return (
    <Modal.Root opened onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        <div className={css.titleBar}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A dialog at the right edge, so that the page beside it stays visible. */
export function SidePanel({ title, onClose, children }: Props) {
  return (
    <Drawer.Root opened onClose={onClose} position="right">
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={css.titleBar}>
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
