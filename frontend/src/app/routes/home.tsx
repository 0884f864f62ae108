import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Page } from '@/components/layout/page';
import { DayStrip } from '@/features/search/form/day-strip';
import { type Search, SearchForm } from '@/features/search/form/search-form';
import { FlightList } from '@/features/search/results/flight-list';
import { ItineraryList } from '@/features/search/results/itinerary-list';
import { NothingFound } from '@/features/search/results/nothing-found';
import { rememberSearch } from '@/features/search/start/recent-searches';
import { StartingPoints } from '@/features/search/start/starting-points';
import css from './home.module.css';

const route = getRouteApi('/');

/** The search form. Below it are the results, once the address names both places and a day, or else places to fly from. */
export function HomePage() {
  const params = route.useSearch();
  const { from, to, date, sort = 'price', seats = 1 } = params;
  const navigate = useNavigate({ from: '/' });
  const searched = from && to && date ? { from, to, date } : null;
  const title = searched ? `${searched.from} to ${searched.to}` : null;

  function search(wanted: Search) {
    rememberSearch(wanted);
    void navigate({ search: { ...wanted, ...(sort !== 'price' && { sort }) }, resetScroll: false });
  }

  return (
    <>
      <section className={css.hero} data-compact={searched ? true : undefined}>
        <FlightPaths />
        <div className={css.inside}>
          <h1>{title ?? 'Where to next?'}</h1>
          {!searched && (
            <p className={css.lead}>
              Search flights, choose your seats, and have your booking confirmed within moments.
            </p>
          )}
          <SearchForm initial={params} onSearch={search} />
        </div>
      </section>
      <Page title={title ?? 'Flights'}>
        {searched ? (
          <>
            <DayStrip route={searched} />
            <FlightList
              route={searched}
              seats={seats}
              sort={sort}
              onSort={(chosen) =>
                navigate({
                  search: (current) => ({ ...current, sort: chosen }),
                  resetScroll: false,
                  replace: true,
                })
              }
              otherwise={(directFlights) => (
                <ItineraryList
                  search={{ ...searched, seats, sort }}
                  directFlights={directFlights}
                  nothingFound={!directFlights && <NothingFound route={searched} />}
                />
              )}
            />
          </>
        ) : (
          <StartingPoints
            onPlace={(name) =>
              navigate({ search: (current) => ({ ...current, from: name }), resetScroll: false })
            }
          />
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
