// Search, book, pay and cancel with the types that openapi-typescript generates: `node journey.ts BASE_URL DAY USERNAME`, as JSON at the
// end. The compiler holds every request and answer to the API's description; nothing else is known here.
import createClient from 'openapi-fetch';
import type { components, paths } from '../src/lib/schema.d.ts';

const PASSWORD = 'a long walk in the rain';
const [baseUrl = '', day = '', username = ''] = process.argv.slice(2);
const anybody = createClient<paths>({ baseUrl });

function required<T>(data: T | undefined, what: string, error?: unknown): T {
  if (data === undefined) throw new Error(`${what}: ${JSON.stringify(error)}`);
  return data;
}

const search = await anybody.GET('/api/v1/search', {
  params: { query: { source: 'Delhi', destination: 'Mumbai', date: day } },
});
const flight = required(search.data?.[0], 'search', search.error);

const opened = await anybody.POST('/api/v1/auth/register', {
  body: { username, password: PASSWORD },
});
required(opened.data, 'register', opened.error);
const signedIn = await anybody.POST('/api/v1/auth/token', {
  body: { username, password: PASSWORD, grant_type: 'password' },
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  bodySerializer: (body) => new URLSearchParams({ ...body }),
});
const token = required(signedIn.data, 'sign in', signedIn.error).access_token;
const me = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

const wanted: components['schemas']['BookingBody'] = {
  flight_id: flight.id,
  seats: 2,
  payment: { hold: true },
};
const refused = await me.POST('/api/v1/booking', {
  body: { ...wanted, expected_total: { amount: '1.00', currency: flight.currency } },
});
if (refused.error?.code !== 'price_changed') throw new Error(JSON.stringify(refused.error));
const booked = await me.POST('/api/v1/booking', {
  params: { header: { 'Idempotency-Key': 'book-1', Prefer: 'wait=25' } },
  body: { ...wanted, expected_total: required(refused.error.actual, 'the actual total') },
});
const { booking_id } = required(booked.data, 'book', booked.error);

const paid = await me.POST('/api/v1/bookings/{booking_id}/payments', {
  params: {
    path: { booking_id },
    header: { 'Idempotency-Key': 'pay-1', Prefer: 'wait=25' },
  },
  body: { token: 'tok_ok' },
});
if (paid.data?.status !== 'CONFIRMED') throw new Error(JSON.stringify(paid.data ?? paid.error));

const quoted = await me.POST('/api/v1/bookings/{booking_id}/cancellations', {
  params: { path: { booking_id } },
});
const quote = required(quoted.data, 'quote', quoted.error);
const confirmed = await me.POST('/api/v1/cancellations/{cancellation_id}/confirm', {
  params: { path: { cancellation_id: quote.id } },
});
const cancelled = required(confirmed.data, 'cancel', confirmed.error);
if (cancelled.available_actions.includes('cancel')) throw new Error('it can be cancelled twice');
const { status, refund, price_total: total } = cancelled;
process.stdout.write(JSON.stringify({ status, refund: refund?.amount, total }));
