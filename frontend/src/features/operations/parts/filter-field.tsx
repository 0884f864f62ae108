import { TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { useRef } from 'react';

const TYPING_MS = 300;

interface Props {
  label: string;
  placeholder?: string | undefined;
  /** The key / goes to this field. */
  first?: boolean;
  onChange: (text: string | undefined) => void;
}

/** A field of a filter bar: what is typed counts a moment after the last key. */
export function FilterField({ label, placeholder, first = false, onChange }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const later = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), TYPING_MS);
  useHotkeys(first ? [['/', () => field.current?.focus()]] : []);
  return (
    <TextInput
      ref={field}
      size="xs"
      label={label}
      placeholder={placeholder}
      maxLength={64}
      onChange={({ currentTarget }) => later(currentTarget.value)}
    />
  );
}
