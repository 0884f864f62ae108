import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { DayStrip } from '@/features/flights/day-strip';
import { FlightList } from '@/features/flights/flight-list';
import { NothingFound } from '@/features/flights/nothing-found';
import { rememberSearch } from '@/features/flights/recent-searches';
import { type Search, SearchForm } from '@/features/flights/search-form';
import { StartingPoints } from '@/features/flights/starting-points';
import { Connections } from '@/features/trips/connections';
import css from './home.module.css';

const route = getRouteApi('/');

/** Search, and its results once the address names a route and a day. */
export function Home() {
  const search = route.useSearch();
  const { from, to, date, sort = 'price', seats = 1 } = search;
  const navigate = useNavigate({ from: '/' });
  const asked = from && to && date ? { from, to, date } : null;

  function find(wanted: Search) {
    rememberSearch(wanted);
    void navigate({ search: { ...wanted, ...(sort !== 'price' && { sort }) }, resetScroll: false });
  }

  return (
    <>
      <section className={css.hero} data-compact={asked ? true : undefined}>
        <Arcs />
        <div className={css.inside}>
          <h1>{asked ? `${asked.from} to ${asked.to}` : 'Where to next?'}</h1>
          {!asked && (
            <p className={css.lead}>
              Pick a flight, take your seats, and watch the booking land in milliseconds.
            </p>
          )}
          <SearchForm initial={search} onSearch={find} />
        </div>
      </section>
      <Page title={asked ? `${asked.from} to ${asked.to}` : 'Flights'}>
        {asked ? (
          <>
            <DayStrip route={asked} />
            <FlightList
              route={asked}
              seats={seats}
              sort={sort}
              onSort={(chosen) =>
                navigate({
                  search: (known) => ({ ...known, sort: chosen }),
                  resetScroll: false,
                  replace: true,
                })
              }
              otherwise={(any) => (
                <Connections
                  {...asked}
                  seats={seats}
                  sort={sort}
                  beside={any}
                  none={!any && <NothingFound route={asked} />}
                />
              )}
            />
          </>
        ) : (
          <StartingPoints
            onPlace={(name) =>
              navigate({ search: (known) => ({ ...known, from: name }), resetScroll: false })
            }
          />
        )}
      </Page>
    </>
  );
}

/** Routes over the evening sky. */
function Arcs() {
  return (
    <svg className={css.arcs} viewBox="0 0 1200 360" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <path d="M-40 330C220 90 520 40 840 150" />
      <path d="M180 380C420 170 860 20 1260 120" />
      <path d="M520 380C700 220 940 160 1240 240" />
      <circle cx="840" cy="150" r="4" />
    </svg>
  );
}
