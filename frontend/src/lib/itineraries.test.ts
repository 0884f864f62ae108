import { expect, test } from 'vitest';
import { FLIGHT, NEXT_FLIGHT } from '@/testing/samples';
import { itinerariesOf, tripText } from './itineraries';

const BACK = {
  ...FLIGHT,
  id: 'back',
  source: 'Mumbai',
  destination: 'Delhi',
  departure_ts: '2099-12-05T04:30:00Z',
  arrival_ts: '2099-12-05T06:40:00Z',
};
const ids = (itineraries: { id: string }[][]) =>
  itineraries.map((itinerary) => itinerary.map(({ id }) => id));

test('a connection is one itinerary', () => {
  expect(ids(itinerariesOf([FLIGHT, NEXT_FLIGHT]))).toEqual([[FLIGHT.id, NEXT_FLIGHT.id]]);
  expect(tripText([FLIGHT, NEXT_FLIGHT])).toBe('Delhi to London');
});

test('there and back are two itineraries, also on the same day', () => {
  const sameDay = { ...BACK, departure_ts: '2099-12-01T09:30:00Z', arrival_ts: '2099-12-01T11:40:00Z' };
  expect(itinerariesOf([FLIGHT, BACK])).toHaveLength(2);
  expect(itinerariesOf([FLIGHT, sameDay])).toHaveLength(2);
  expect(tripText([FLIGHT, BACK])).toBe('Delhi to Mumbai and back');
});

test('a stay of days, or another place to go on from, begins a new itinerary', () => {
  const later = { ...NEXT_FLIGHT, departure_ts: '2099-12-04T08:55:00Z', arrival_ts: '2099-12-04T18:30:00Z' };
  const elsewhere = { ...NEXT_FLIGHT, source: 'Goa' };
  expect(itinerariesOf([FLIGHT, later])).toHaveLength(2);
  expect(tripText([FLIGHT, later])).toBe('Delhi to Mumbai to London');
  expect(tripText([FLIGHT, elsewhere])).toBe('Delhi to Mumbai to Goa to London');
});
