import { type RefObject, useEffect, useRef } from 'react';

/**
 * Moves the focus to the first invalid field when there is a new error: the browser scrolls to it, and a screen reader reads its error. A
 * `PasswordInput` needs `aria-invalid` for this, which Mantine does not set there. Returns the ref of the element that contains the fields.
 * `error`: a new object for each error, or nothing.
 */
export function useFocusFirstError<Container extends HTMLElement>(
  error: unknown,
): RefObject<Container | null> {
  const container = useRef<Container>(null);
  useEffect(() => {
    if (error) container.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return container;
}
