import '@mantine/core/styles/Drawer.css';
import '@mantine/core/styles/Kbd.css';
import '@mantine/core/styles/NumberInput.css';
import '@mantine/core/styles/Tabs.css';
import { Button, Kbd } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { CommandPalette, openPalette } from '@/features/operations/navigation/command-palette';
import { CONSOLE_PAGES } from '@/features/operations/navigation/console-pages';
import layout from '@/features/operations/navigation/navigation.module.css';
import css from './console.module.css';
import { DescriptionList } from './description-list';
import { Dialog } from './dialog';
import { moveRowFocus } from './focus';
import { READ_ONLY_REASON } from './read-only';

const KEYS = [
  ['Ctrl K', 'go to a page, or look something up'],
  ['/', 'type into the filter, or look something up where there is none'],
  ['j  k', 'next row, row before'],
  ['Enter', 'open the row'],
  ['Esc', 'close what is open, or leave the filter'],
  ['?', 'this list'],
] as const;

/** The side navigation of the console, and the page beside it. */
export function Console({ mayChange, children }: { mayChange: boolean; children: ReactNode }) {
  const [isHelpOpen, help] = useDisclosure(false);
  const content = useRef<HTMLDivElement>(null);
  const pages = useCurrentInView();
  const focusFilter = () => {
    const field = content.current?.querySelector<HTMLElement>('[data-filter]');
    if (field) field.focus();
    else openPalette();
  };
  useHotkeys([
    ['shift+?', help.open],
    ['/', focusFilter],
    ['j', () => moveRowFocus(content.current, 1)],
    ['k', () => moveRowFocus(content.current, -1)],
  ]);
  return (
    <div className={layout.console}>
      <div className={layout.side}>
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
        <nav aria-label="Operations" ref={pages}>
          {CONSOLE_PAGES.map(({ to, name }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/operations', includeSearch: false }}>
              {name}
            </Link>
          ))}
        </nav>
        {!mayChange && <p className={css.note}>{READ_ONLY_REASON}</p>}
        <button type="button" className={layout.keys} onClick={help.open}>
          Keys <Kbd size="xs">?</Kbd>
        </button>
      </div>
      <div className={css.content} ref={content}>
        {children}
      </div>
      <CommandPalette />
      {isHelpOpen && (
        <Dialog title="Keys" onClose={help.close}>
          <DescriptionList items={KEYS.map(([key, does]) => [<Kbd key={key}>{key}</Kbd>, does])} />
        </Dialog>
      )}
    </div>
  );
}

/** Scrolls a list of links sideways, as on a phone, so that the link of the present page is visible. */
function useCurrentInView() {
  const list = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has another current link
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current="page"]');
    if (!list.current || !current) return;
    const [place, link] = [list.current.getBoundingClientRect(), current.getBoundingClientRect()];
    list.current.scrollLeft += link.left - place.left - (place.width - link.width) / 2;
  }, [pathname]);
  return list;
}

interface HeadProps {
  title: string;
  children?: ReactNode;
}

/** The title of a page of the console, also as the title of the browser's tab, and its buttons. */
export function PageHeader({ title, children }: HeadProps) {
  return (
    <div className={css.head}>
      <title>{`${title} · Operations · Skyqueue`}</title>
      <h1>{title}</h1>
      {children}
    </div>
  );
}
