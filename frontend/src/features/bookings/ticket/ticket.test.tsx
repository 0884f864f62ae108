import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { jobIs } from '@/testing/booking-api';
import { network } from '@/testing/network';
import { booking, FLIGHT, NEXT_FLIGHT, segment, TRAVELLER } from '@/testing/samples';

const ONWARD = segment(NEXT_FLIGHT);
/** Three days after FLIGHT; at 20:00 UTC it is already the next day there. */
const BACK = segment({
  id: '0199a000-0000-7000-8000-0000000000f3',
  flight_number: '6E-51',
  source: 'Mumbai',
  source_iata: 'BOM',
  destination: 'Delhi',
  destination_iata: 'DEL',
  departure_ts: '2099-12-03T20:00:00Z',
  arrival_ts: '2099-12-03T22:10:00Z',
});
const FURTHER = segment({
  ...BACK.flight,
  id: '0199a000-0000-7000-8000-0000000000f4',
  flight_number: 'ZZ-7',
  destination: 'Goa',
  destination_iata: 'GOI',
});

async function openTicket(segments: ReturnType<typeof segment>[]) {
  jobIs(booking({ segments }));
  openApp(`/bookings/${booking().id}`, { as: 'member' });
  const ticket = within(await screen.findByRole('region', { name: 'Your ticket' }));
  await ticket.findByText('AI-202');
  return ticket;
}

const headingsOf = (ticket: Awaited<ReturnType<typeof openTicket>>) =>
  ticket.queryAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent);

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

test('the flights of a return trip stand below headings with cities and the days of the places', async () => {
  const ticket = await openTicket([segment(FLIGHT), BACK]);
  expect(headingsOf(ticket).slice(0, 2)).toEqual([
    'Outbound: Delhi to Mumbai, Tue 1 Dec 2099',
    'Return: Mumbai to Delhi, Fri 4 Dec 2099',
  ]);
});

test('the flights of another trip are counted', async () => {
  const ticket = await openTicket([segment(FLIGHT), FURTHER]);
  expect(headingsOf(ticket).slice(0, 2)).toEqual([
    'Flight 1 of 2: Delhi to Mumbai, Tue 1 Dec 2099',
    'Flight 2 of 2: Mumbai to Goa, Fri 4 Dec 2099',
  ]);
});

test('a connection is one itinerary, which needs no heading', async () => {
  const ticket = await openTicket([segment(FLIGHT), ONWARD]);
  expect(ticket.getByText('Change of plane in Mumbai: 2 h 15 min')).toBeVisible();
  expect(headingsOf(ticket)).toEqual(['Travellers']);
});

test('the airline of each flight is named', async () => {
  const ticket = await openTicket([segment(FLIGHT), BACK]);
  expect(ticket.getByText('AI-202').parentElement).toHaveTextContent('Air India AI-202');
  expect(ticket.getByText('6E-51').parentElement).toHaveTextContent('IndiGo 6E-51');
});
