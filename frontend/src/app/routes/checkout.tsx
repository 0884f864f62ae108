import { t } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { flightIds, searchFor } from '@/app/search-params';
import { Page } from '@/components/layout/page';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { CheckoutForm } from '@/features/bookings/checkout/checkout-form';
import { CheckoutPanel } from '@/features/bookings/checkout/checkout-panel';
import { TotalBar } from '@/features/bookings/checkout/total-bar';
import { useCheckout } from '@/features/bookings/checkout/use-checkout';
import { ItineraryCard } from '@/features/flights/itinerary-card';
import { useFlights } from '@/features/flights/queries';
import { waitlistQueries } from '@/features/waitlist/queries';
import { WaitingList } from '@/features/waitlist/waiting-list';
import type { Flight } from '@/lib/api-types';
import { usePhone } from '@/lib/hooks/use-phone';
import { tripText } from '@/lib/itineraries';
import { asProblem } from '@/lib/problem';
import css from './checkout.module.css';
import { NotFound } from './not-found';

const flightRoute = getRouteApi('/flights/$flightId');
const itineraryRoute = getRouteApi('/itinerary');

export function FlightPage() {
  const { flightId } = flightRoute.useParams();
  const { seats = 1 } = flightRoute.useSearch();
  const navigate = flightRoute.useNavigate();
  return (
    <Checkout
      flightIds={[flightId]}
      seats={seats}
      onSeats={(chosen) => navigate({ search: { seats: chosen }, replace: true, resetScroll: false })}
    />
  );
}

export function ItineraryPage() {
  const search = itineraryRoute.useSearch();
  const navigate = itineraryRoute.useNavigate();
  const ids = flightIds(search);
  if (!ids) return <NotFound title={t`This itinerary was not found`} />;
  return (
    <Checkout
      flightIds={ids}
      seats={search.seats ?? 1}
      onSeats={(chosen) =>
        navigate({ search: { ...search, seats: chosen }, replace: true, resetScroll: false })
      }
    />
  );
}

interface Props {
  flightIds: string[];
  seats: number;
  onSeats: (seats: number) => void;
}

/** The checkout of one flight, or of several that are booked together: the flights with their live seat counts, and the form. */
function Checkout({ flightIds: ids, seats, onSeats }: Props) {
  const query = useFlights(ids);
  const { data: flights, error, isFetching, refetch } = query;
  if (!flights) {
    if (error && asProblem(error).status === 404) {
      return (
        <NotFound
          title={
            ids.length === 1 ? t`This flight was not found` : t`One flight of this itinerary was not found`
          }
        />
      );
    }
    return (
      <Page title={t`Book`} heading={t`Book`}>
        <QueryFallback
          query={query}
          loading={t`Loading the flights`}
          failed={t`The flights could not be loaded.`}
          heights={[230, 230]}
        />
      </Page>
    );
  }
  const trip = tripText(flights);
  return (
    <Page title={t`Book ${trip}`}>
      <Link to="/" search={searchFor(flights, seats)} className={css.back}>
        {t`All flights from ${trip}`}
      </Link>
      {error && (
        <ProblemNote
          error={error}
          title={t`The seat counts may be out of date.`}
          onRetry={refetch}
          retrying={isFetching}
        />
      )}
      <Booking flights={flights} seats={seats} onSeats={onSeats} onChanged={refetch} />
    </Page>
  );
}

interface BookingProps {
  flights: Flight[];
  seats: number;
  onSeats: (seats: number) => void;
  onChanged: () => void;
}

/** The flights and the form; beside them the price with the button, and for a single flight its waiting list. */
function Booking({ flights, seats, onSeats, onChanged }: BookingProps) {
  const [first] = flights;
  const single = flights.length === 1 ? first : undefined;
  // Reads what the waiting list below has loaded.
  const entry = useQuery({ ...waitlistQueries.entry(single?.id ?? ''), enabled: false }).data;
  const checkout = useCheckout(flights, seats, onChanged);
  // Seats that the waiting list offers to this account are paid for on the page of their booking, so there is no checkout here.
  const isOffered = entry?.status === 'OFFERED';
  const phone = usePhone();
  return (
    <div className={css.columns}>
      <div className={css.details}>
        <ItineraryCard flights={flights} />
        {!isOffered && <CheckoutForm checkout={checkout} flights={flights} seats={seats} />}
      </div>
      <div className={css.booking}>
        {!isOffered && (
          <CheckoutPanel checkout={checkout} flights={flights} seats={seats} onSeats={onSeats} />
        )}
        {phone && !isOffered && !checkout.obstacle && (
          <TotalBar flights={flights} seats={seats} summary="summary" />
        )}
        {single && <WaitingList flight={single} seats={seats} onSeats={onSeats} onChanged={onChanged} />}
      </div>
    </div>
  );
}
