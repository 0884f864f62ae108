import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from '@mantine/core';

const ink: MantineColorsTuple = [
  '#eef2f8',
  '#dbe3ee',
  '#b7c5da',
  '#8fa5c5',
  '#6c87b2',
  '#5573a5',
  '#3d5a8c',
  '#2a456f',
  '#1b3357',
  '#10233f',
];

/** The greys of dark mode, with a tone of blue. */
const dark: MantineColorsTuple = [
  '#f1f4f9',
  '#c6d0df',
  '#9dabc2',
  '#7d8ca6',
  '#50627f',
  '#2b3a55',
  '#1b2942',
  '#152137',
  '#0c1524',
  '#0a1220',
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: 'ink',
  primaryShade: 8,
  fontFamily: 'var(--text-font)',
  fontFamilyMonospace: 'var(--mono)',
  headings: {
    fontFamily: 'var(--display)',
    fontWeight: '650',
  },
  defaultRadius: 'md',
  radius: { md: '10px', lg: '16px' },
  // Filled components have the text colour of a button; Mantine would use white.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    return input.variant === 'filled' ? { ...colors, color: 'var(--on-button)' } : colors;
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'md' } },
    TextInput: { defaultProps: { size: 'md' } },
    PasswordInput: { defaultProps: { size: 'md' } },
  },
});
