import '@mantine/core/styles/Drawer.css';
import '@mantine/core/styles/Kbd.css';
import '@mantine/core/styles/NumberInput.css';
import '@mantine/core/styles/Tabs.css';
import { Button, Kbd } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { CommandPalette, openPalette } from './command-palette';
import css from './console.module.css';
import { Dialog } from './dialog';
import { Facts } from './facts';
import { PLACES } from './places';

const KEYS = [
  ['Ctrl K', 'go to a page, or look something up'],
  ['/', 'type into the filter'],
  ['j  k', 'next row, row before'],
  ['Enter', 'open the row'],
  ['Esc', 'close what is open'],
  ['?', 'this list'],
] as const;

/** The side navigation of the console, and the page beside it. */
export function Console({ children }: { children: ReactNode }) {
  const [helps, help] = useDisclosure(false);
  useHotkeys([['shift+?', help.open]]);
  return (
    <div className={css.console}>
      <div className={css.side}>
        <Button
          size="xs"
          variant="default"
          fullWidth
          justify="space-between"
          onClick={openPalette}
          rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        >
          Go to…
        </Button>
        <nav aria-label="Operations">
          {PLACES.map(({ to, name }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/operations', includeSearch: false }}>
              {name}
            </Link>
          ))}
        </nav>
        <button type="button" className={css.keys} onClick={help.open}>
          Keys <Kbd size="xs">?</Kbd>
        </button>
      </div>
      <div className={css.content}>{children}</div>
      <CommandPalette />
      {helps && (
        <Dialog title="Keys" onClose={help.close}>
          <Facts facts={KEYS.map(([key, does]) => [<Kbd key={key}>{key}</Kbd>, does])} />
        </Dialog>
      )}
    </div>
  );
}

interface HeadProps {
  title: string;
  children?: ReactNode;
}

/** The title of a page of the console, for the tab too, and what can be done beside it. */
export function Head({ title, children }: HeadProps) {
  return (
    <div className={css.head}>
      <title>{`${title} · Operations · Skyqueue`}</title>
      <h1>{title}</h1>
      {children}
    </div>
  );
}
