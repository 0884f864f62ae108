import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Rows } from '@/components/layout/row';
import { EmptyNote } from '@/components/messages/empty-note';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { bookingsQuery } from '@/features/bookings/api/get-bookings';
import css from './booking-list.module.css';
import { BookingRow } from './booking-row';
import { type Section, sectionsOf } from './sections';

/** The bookings of the account in sections: those that need an action, upcoming, past, and cancelled ones. */
export function BookingList() {
  const query = useInfiniteQuery(bookingsQuery());
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading={t`Loading your bookings`}
        failed={t`Your bookings could not be loaded.`}
        heights={[104, 104, 104]}
      />
    );
  }
  const bookings = query.data.pages.flatMap((page) => page.data);
  if (bookings.length === 0) {
    return (
      <EmptyNote title={t`No trips yet`}>
        {t`Your bookings will be listed here.`} <Link to="/">{t`Find a flight`}</Link>
      </EmptyNote>
    );
  }
  return (
    <>
      {sectionsOf(bookings).map((section) => (
        <section key={section.name} aria-labelledby={headingId(section.name)}>
          <h2 id={headingId(section.name)} className={css.title}>
            {titleOf(section.name)}
          </h2>
          <Rows>
            {section.bookings.map((booking) => (
              <BookingRow key={booking.id} booking={booking} />
            ))}
          </Rows>
        </section>
      ))}
      {query.isFetchNextPageError && (
        <ProblemNote error={query.error} title={t`Older bookings could not be loaded.`} />
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          onClick={() => query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          {t`Show older bookings`}
        </Button>
      )}
    </>
  );
}

function titleOf(name: Section['name']): string {
  switch (name) {
    case 'Needs your action':
      return t`Needs your action`;
    case 'Upcoming':
      return t`Upcoming`;
    case 'Past':
      return t`Past`;
    case 'Cancelled and not booked':
      return t`Cancelled and not booked`;
  }
}

function headingId(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
