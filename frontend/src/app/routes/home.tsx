import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Page } from '@/components/layout/page';
import { NextTrip } from '@/features/bookings/list/next-trip';
import { FlightSummary } from '@/features/flights/flight-summary';
import { CollapsedForm } from '@/features/search/form/collapsed-form';
import { SearchForm } from '@/features/search/form/search-form';
import { draftOf } from '@/features/search/form/trip-draft';
import { saveSearch } from '@/features/search/start/recent-searches';
import { StartingPoints } from '@/features/search/start/starting-points';
import { legsOf, type Trip, tripParams } from '@/features/search/trip';
import { MyWaitingLists } from '@/features/waitlist/my-waiting-lists';
import { usePhone } from '@/lib/hooks/use-phone';
import { routeText } from '@/lib/itineraries';
import css from './home.module.css';
import { Results } from './results';

const route = getRouteApi('/');

/** The search form. Below it are the results, once the address names both places and a day, or else places to fly from. */
export function HomePage() {
  useLingui();
  const params = route.useSearch();
  const navigate = useNavigate({ from: '/' });
  const phone = usePhone();
  const { from = '', to = '', seats = 1, sort } = params;
  const trip: Trip = { legs: legsOf(params), seats };
  const searched = trip.legs.length > 0;
  const title = searched ? routeText(trip.legs) : null;

  function search(trip: Trip) {
    const [first] = trip.legs;
    if (first) saveSearch(first);
    void navigate({
      search: {
        ...tripParams(trip.legs),
        ...(trip.seats > 1 && { seats: trip.seats }),
        ...(sort && { sort }),
      },
      resetScroll: false,
    });
  }

  return (
    <>
      <section className={css.hero} data-compact={searched ? true : undefined}>
        <FlightPaths />
        <div className={css.inside}>
          {/* On a phone the collapsed form shows the same text. */}
          <h1 data-spoken-only={(searched && phone) || undefined}>{title ?? t`Where to next?`}</h1>
          {!searched && (
            <p className={css.lead}>
              {t`Search flights, choose your seats, and have your booking confirmed within moments.`}
            </p>
          )}
          {searched && phone ? (
            <CollapsedForm trip={trip} onSearch={search} />
          ) : (
            <SearchForm
              initial={
                searched
                  ? draftOf(trip)
                  : {
                      kind: 'one-way',
                      legs: [{ key: 0, from, to, date: params.date ?? null }],
                      back: null,
                      seats,
                    }
              }
              onSearch={search}
            />
          )}
        </div>
      </section>
      <Page title={title ?? t`Flights`}>
        {searched ? (
          <Results trip={trip} />
        ) : (
          <StartingPoints
            onPlace={(name) =>
              navigate({ search: (current) => ({ ...current, from: name }), resetScroll: false })
            }
          >
            <NextTrip />
            <MyWaitingLists flight={(id) => <FlightSummary flightId={id} />} />
          </StartingPoints>
        )}
      </Page>
    </>
  );
}

/** The dotted lines behind the search form. */
function FlightPaths() {
  return (
    <svg className={css.paths} viewBox="0 0 1200 360" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <path d="M-40 330C220 90 520 40 840 150" />
      <path d="M180 380C420 170 860 20 1260 120" />
      <path d="M520 380C700 220 940 160 1240 240" />
      <circle cx="840" cy="150" r="4" />
    </svg>
  );
}
