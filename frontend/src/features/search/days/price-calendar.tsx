import { t } from '@lingui/core/macro';
import '@mantine/dates/styles.css';
import 'dayjs/locale/de';
import 'dayjs/locale/hi';
import { DatePicker } from '@mantine/dates';
import { useState } from 'react';
import { useCalendar } from '@/features/search/days/use-calendar';
import { shownLanguage } from '@/lib/language';
import { lowestPrices, money, multiply, shortAmount } from '@/lib/money';
import { type Day, dayText } from '@/lib/time/time';
import css from './price-calendar.module.css';

export interface CalendarProps {
  value: Day;
  onChange: (day: Day) => void;
  /** Days before it cannot be chosen. */
  earliest: Day;
  /** The lowest prices of this route are shown at its days, once both places are known. */
  from: string;
  to: string;
  seats: number;
}

/** 0 is Sunday. */
const FIRST_DAYS = { en: 1, de: 1, hi: 0 } as const;

/** A month of days, each with the lowest price of a direct flight for the party. The lowest of the month stands out, where all are in one currency. */
export function PriceCalendar({ value, onChange, earliest, from, to, seats }: CalendarProps) {
  const [month, setMonth] = useState<Day>(value);
  const { days } = useCalendar({ from, to }, seats, [month]);
  const prices = [...days.values()].flatMap((day) => day.prices);
  const comparable = new Set(prices.map(({ currency }) => currency)).size === 1;
  const lowest = Math.min(...prices.map(({ price }) => Number(price)));

  const priceOf = (day: Day) => {
    const cheapest = days.get(day);
    return cheapest?.price && cheapest.currency && day >= earliest
      ? {
          short: `${comparable ? '' : `${cheapest.currency} `}${shortAmount(multiply(cheapest.price, seats))}`,
          long: lowestPrices(cheapest.prices, seats, money),
          lowest: comparable && Number(cheapest.price) === lowest,
        }
      : null;
  };

  return (
    <DatePicker
      value={value}
      onChange={(day) => day && onChange(day)}
      defaultDate={value}
      minDate={earliest}
      locale={shownLanguage()}
      firstDayOfWeek={FIRST_DAYS[shownLanguage()]}
      weekendDays={[]}
      hideOutsideDates
      onDateChange={setMonth}
      ariaLabels={{ previousMonth: t`Month before`, nextMonth: t`Month after` }}
      getDayAriaLabel={(day) => {
        const price = priceOf(day);
        return price ? t`${{ day: dayText(day) }}, from ${{ price: price.long }}` : dayText(day);
      }}
      getDayProps={(day) => (day === value ? { 'data-autofocus': true } : {})}
      renderDay={(day) => {
        const price = priceOf(day);
        return (
          <span className={css.day}>
            {Number(day.slice(8))}
            <small className={css.price} data-price={price?.short} data-lowest={price?.lowest || undefined} />
          </span>
        );
      }}
      classNames={{ calendarHeader: css.header, day: css.cell, weekday: css.weekday }}
    />
  );
}
