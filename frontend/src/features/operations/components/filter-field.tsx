import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';

const TYPING_MS = 300;

interface Props {
  label: string;
  placeholder?: string | undefined;
  /** The text when the page opens. */
  initial?: string | undefined;
  type?: 'text' | 'date';
  /** The key / moves the focus to this field. */
  first?: boolean;
  onChange: (text: string | undefined) => void;
}

/** A field of a filter bar. The filter changes `TYPING_MS` after the last key. */
export function FilterField({ label, placeholder, initial, type = 'text', first = false, onChange }: Props) {
  const change = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), TYPING_MS);
  return (
    <TextInput
      data-filter={first || undefined}
      size="xs"
      type={type}
      label={label}
      placeholder={placeholder}
      defaultValue={initial ?? ''}
      maxLength={64}
      onChange={({ currentTarget }) => change(currentTarget.value)}
      // After this, j and k move between rows again.
      onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
    />
  );
}
