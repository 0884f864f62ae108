import { useMediaQuery } from '@mantine/hooks';

/** Whether the window is as narrow as a phone. The style sheets use the same limit. */
export function usePhone(): boolean {
  return useMediaQuery('(max-width: 40em)', false, { getInitialValueInEffect: false });
}
