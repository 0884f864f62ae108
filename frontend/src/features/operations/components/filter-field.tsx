import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';

const TYPING_MS = 300;

interface Props {
  label: string;
  placeholder?: string | undefined;
  /** What is in it when the page opens. */
  initial?: string | undefined;
  type?: 'text' | 'date';
  /** The key / goes to this field. */
  first?: boolean;
  onChange: (text: string | undefined) => void;
}

/** A field of a filter bar: what is typed counts a moment after the last key. */
export function FilterField({ label, placeholder, initial, type = 'text', first = false, onChange }: Props) {
  const later = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), TYPING_MS);
  return (
    <TextInput
      data-filter={first || undefined}
      size="xs"
      type={type}
      label={label}
      placeholder={placeholder}
      defaultValue={initial ?? ''}
      maxLength={64}
      onChange={({ currentTarget }) => later(currentTarget.value)}
      // So that j and k are no letters any more.
      onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
    />
  );
}
