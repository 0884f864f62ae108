import { Drawer, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './pieces.module.css';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A window over the page, which Escape closes. Not Mantine's own header, which would be a second banner of the page. */
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

/** The same from the right edge, where what is behind it stays in view. */
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
