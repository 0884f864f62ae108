import { t } from '@lingui/core/macro';
import { Input, Popover } from '@mantine/core';
import { type ComponentType, useId, useState } from 'react';
import { useLazyPart } from '@/lib/hooks/use-lazy-part';
import { type Day, dayText } from '@/lib/time/time';
import css from './date-field.module.css';
import type { CalendarProps } from './price-calendar';

interface Props extends CalendarProps {
  label: string;
}

const loadCalendar = (): Promise<ComponentType<CalendarProps>> =>
  import('./price-calendar').then(({ PriceCalendar }) => PriceCalendar);

/** A field for a day. Its calendar has the lowest price of each day. It is loaded when the field gets the focus or the pointer. */
export function DateField({ label, onChange, ...calendar }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [isNeeded, setIsNeeded] = useState(false);
  const { Part: Calendar, failed } = useLazyPart(loadCalendar, isNeeded);

  function choose(day: Day) {
    setOpen(false);
    onChange(day);
  }

  return (
    <Popover
      id={id}
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      shadow="md"
      trapFocus
      returnFocus
      // Inside a sheet, what is drawn outside of it would be behind it.
      withinPortal={false}
    >
      <div>
        <Input.Label htmlFor={id} size="md">
          {label}
        </Input.Label>
        <Popover.Target>
          <Input
            component="button"
            type="button"
            size="md"
            pointer
            classNames={{ input: css.input }}
            onPointerEnter={() => setIsNeeded(true)}
            onFocus={() => setIsNeeded(true)}
            onClick={() => {
              setIsNeeded(true);
              setOpen(!open);
            }}
          >
            {dayText(calendar.value)}
          </Input>
        </Popover.Target>
      </div>
      <Popover.Dropdown aria-label={label} className={css.dropdown}>
        {Calendar ? (
          <Calendar {...calendar} onChange={choose} />
        ) : (
          <p role="status" className={css.waiting}>
            {failed
              ? t`The calendar could not be loaded yet. It comes once the server can be reached.`
              : t`Loading the calendar…`}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
