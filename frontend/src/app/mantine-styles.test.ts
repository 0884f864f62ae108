import { expect, test } from 'vitest';

const SOURCES = import.meta.glob<string>('/src/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** The styles of components that only the console uses are in its bundle. */
const OF_CONSOLE = '/src/features/operations/components/console.tsx';
/** Only the paths are used; the files are not loaded. */
const STYLES = import.meta.glob('/node_modules/@mantine/core/styles/*.css');

/** The names that the app imports from `@mantine/core`. */
function usedComponents(): string[] {
  const imports = Object.values(SOURCES).flatMap((source) =>
    [...source.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)].map(([, names = '']) => names),
  );
  return [...new Set(imports.flatMap((names) => names.split(',').map((name) => name.trim())))];
}

test('every component of Mantine that the app uses has its style sheet', () => {
  const styled = usedComponents().filter(
    (name) => `/node_modules/@mantine/core/styles/${name}.css` in STYLES,
  );
  const included = `${SOURCES['/src/app/mantine-styles.ts']}${SOURCES[OF_CONSOLE]}`;
  expect(styled).toContain('Button');
  expect(styled.filter((name) => !included.includes(`/${name}.css'`))).toEqual([]);
});
