import { Radio, Stack } from '@mantine/core';
import css from './choice.module.css';

/** What the practice provider knows as cards: each token has its own way to end. */
const CARDS = [
  { token: 'tok_ok', name: 'A card that works' },
  { token: 'tok_slow', name: 'A card that works slowly' },
  { token: 'tok_declined', name: 'A card that the bank refuses' },
  { token: 'tok_insufficient_funds', name: 'A card without enough money' },
] as const;

export const FIRST_CARD: string = CARDS[0].token;

interface Props {
  value: string;
  onChange: (token: string) => void;
  disabled?: boolean;
}

export function CardChoice({ value, onChange, disabled = false }: Props) {
  return (
    <Radio.Group
      label="Practice card"
      description="No real money moves."
      value={value}
      onChange={onChange}
      size="md"
    >
      <Stack gap="xs" mt="xs">
        {CARDS.map(({ token, name }) => (
          <Radio
            key={token}
            value={token}
            label={name}
            disabled={disabled}
            classNames={{ radio: css.radio }}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
