import { type RefObject, useEffect, useRef } from 'react';

/**
 * When something was refused, the first field that has to change takes the focus: it comes into sight, and a screen reader says what is
 * wrong with it. A `PasswordInput` needs `aria-invalid` for this, which Mantine does not set there. Returns the ref of the element that
 * holds the fields. `refusal`: a new object each time, or nothing.
 */
export function useFocusFault<Holder extends HTMLElement>(refusal: unknown): RefObject<Holder | null> {
  const holder = useRef<Holder>(null);
  useEffect(() => {
    if (refusal) holder.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusal]);
  return holder;
}
