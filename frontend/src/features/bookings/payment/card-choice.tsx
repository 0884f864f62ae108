import { Radio, Stack } from '@mantine/core';

/** Cards of the practice payment provider. Each token makes the provider answer in its own way. */
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
      description="No real money is charged."
      value={value}
      onChange={onChange}
      size="md"
    >
      <Stack gap="xs" mt="xs">
        {CARDS.map(({ token, name }) => (
          <Radio key={token} value={token} label={name} disabled={disabled} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
