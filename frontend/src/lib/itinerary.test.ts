import { expect, test } from 'vitest';
import { FLIGHT } from '@/testing/samples';
import { itineraryOf } from './itinerary';

test('each end shows the time, the day and the code of its own place', () => {
  const { from, to, minutes, daysLater } = itineraryOf({
    ...FLIGHT,
    destination: 'New York',
    destination_iata: 'JFK',
    destination_timezone: 'America/New_York',
    departure_ts: '2099-12-01T20:00:00Z',
    arrival_ts: '2099-12-02T04:30:00Z',
  });
  expect([from.code, from.name, from.clock, from.date]).toEqual(['DEL', 'Delhi', '01:30', '2099-12-02']);
  expect([to.code, to.name, to.clock, to.date]).toEqual(['JFK', 'New York', '23:30', '2099-12-01']);
  expect([minutes, daysLater]).toEqual([510, -1]);
});

test('a place that no registry knows has its times in UTC, marked so, and no code', () => {
  const { to } = itineraryOf({
    ...FLIGHT,
    destination: 'Hill Strip',
    destination_iata: null,
    destination_timezone: null,
  });
  expect([to.code, to.clock, to.date]).toEqual([null, '06:40 UTC', '2099-12-01']);
});

test('a place that a flight calls by its code is not called by it twice', () => {
  const { from } = itineraryOf({ ...FLIGHT, source: 'DEL' });
  expect([from.code, from.name, from.clock]).toEqual([null, 'DEL', '10:00']);
});
