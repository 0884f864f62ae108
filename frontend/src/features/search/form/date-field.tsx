import { DatePickerInput } from '@mantine/dates';
import { useId, useState } from 'react';
import { useCalendar } from '@/features/search/use-calendar';
import { money, multiply, shortAmount } from '@/lib/money';
import { type Day, dayText } from '@/lib/time';
import css from './date-field.module.css';

interface Props {
  label: string;
  value: Day;
  onChange: (day: Day) => void;
  /** Days before it cannot be chosen. */
  earliest: Day;
  /** The lowest prices of this route are shown at its days, once both places are known. */
  from: string;
  to: string;
  seats: number;
}

/** A day, with a calendar that says what each day costs at least. */
export function DateField({ label, value, onChange, earliest, from, to, seats }: Props) {
  const id = useId();
  const [month, setMonth] = useState<Day | null>(null);
  const [open, setOpen] = useState(false);
  const { days } = useCalendar(open ? { from, to } : { from: '', to: '' }, seats, [month ?? value]);
  const offers = [...days.values()].flatMap(({ price }) => (price === null ? [] : Number(price)));
  const lowest = Math.min(...offers);

  const priceOf = (day: Day) => {
    const offer = days.get(day);
    return offer?.price && offer.currency && day >= earliest
      ? {
          amount: multiply(offer.price, seats),
          currency: offer.currency,
          lowest: Number(offer.price) === lowest,
        }
      : null;
  };

  return (
    <DatePickerInput
      label={label}
      size="md"
      value={value}
      onChange={(day) => day && onChange(day)}
      minDate={earliest}
      valueFormat="ddd D MMM YYYY"
      weekendDays={[]}
      hideOutsideDates
      onDateChange={setMonth}
      ariaLabels={{ previousMonth: 'Month before', nextMonth: 'Month after' }}
      getDayAriaLabel={(day) => {
        const price = priceOf(day);
        return price ? `${dayText(day)}, from ${money(price.amount, price.currency)}` : dayText(day);
      }}
      renderDay={(day) => {
        const price = priceOf(day);
        return (
          <span className={css.day}>
            {Number(day.slice(8))}
            <small aria-hidden="true" className={css.price} data-lowest={price?.lowest || undefined}>
              {price ? shortAmount(price.amount) : '\u00a0'}
            </small>
          </span>
        );
      }}
      classNames={{ input: css.input, day: css.cell, weekday: css.weekday }}
      // With the same id, the label of the field also names the calendar.
      id={id}
      popoverProps={{
        shadow: 'md',
        id,
        returnFocus: true,
        // Inside a sheet, what is drawn outside of it would be behind it.
        withinPortal: false,
        onOpen: () => {
          setMonth(null);
          setOpen(true);
        },
      }}
    />
  );
}
