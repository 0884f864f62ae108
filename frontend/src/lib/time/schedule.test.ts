import { expect, test } from 'vitest';
import { FLIGHT } from '@/testing/samples';
import { connectionsBetween, connectionText, localSchedule, stopsText, wholeSchedule } from './schedule';

const NEW_YORK = {
  destination: 'New York',
  destination_iata: 'JFK',
  destination_timezone: 'America/New_York',
};

test('departure and arrival have the time, the day and the code of their own place', () => {
  const { departure, arrival, minutes, daysLater } = localSchedule({
    ...FLIGHT,
    ...NEW_YORK,
    departure_ts: '2099-12-01T20:00:00Z',
    arrival_ts: '2099-12-02T04:30:00Z',
  });
  const { code, place, clock, date } = departure;
  expect([code, place, clock, date]).toEqual(['DEL', 'Delhi', '01:30', '2099-12-02']);
  expect([arrival.code, arrival.place, arrival.clock]).toEqual(['JFK', 'New York', '23:30']);
  expect(arrival.date).toBe('2099-12-01');
  expect([minutes, daysLater]).toEqual([510, -1]);
});

test('a place without a known time zone has its times in UTC, marked so, and no code', () => {
  const { arrival } = localSchedule({
    ...FLIGHT,
    destination: 'Hill Strip',
    destination_iata: null,
    destination_timezone: null,
  });
  expect([arrival.code, arrival.clock, arrival.date]).toEqual([null, '06:40 UTC', '2099-12-01']);
});

test('a place that a flight calls by its code shows the code once', () => {
  const { departure } = localSchedule({ ...FLIGHT, source: 'DEL' });
  expect([departure.code, departure.place, departure.clock]).toEqual([null, 'DEL', '10:00']);
});

test('a whole itinerary goes from the first departure to the last arrival', () => {
  const next = {
    ...FLIGHT,
    ...NEW_YORK,
    source: 'Mumbai',
    source_iata: 'BOM',
    departure_ts: '2099-12-01T08:55:00Z',
    arrival_ts: '2099-12-02T00:30:00Z',
  };
  const whole = wholeSchedule([FLIGHT, next]);
  expect([whole.source, whole.destination]).toEqual(['Delhi', 'New York']);
  expect(localSchedule(whole).minutes).toBe(1200);
  expect([stopsText([FLIGHT]), stopsText([FLIGHT, next])]).toEqual(['Direct', '1 stop']);
  expect(connectionsBetween([FLIGHT, next])).toEqual([
    { arrivesIn: 'Mumbai', departsFrom: 'Mumbai', minutes: 135 },
  ]);
});

test('a connection says where and how long, and what is wrong with it', () => {
  const inMumbai = { arrivesIn: 'Mumbai', departsFrom: 'Mumbai', minutes: 135 };
  expect(connectionText(inMumbai)).toBe('Change of plane in Mumbai: 2 h 15 min');
  expect(connectionText({ ...inMumbai, departsFrom: 'Pune' })).toBe(
    'On your own from Mumbai to Pune: 2 h 15 min',
  );
  expect(connectionText({ ...inMumbai, minutes: -20 })).toBe(
    'The next flight leaves Mumbai 20 min before this one arrives in Mumbai',
  );
});
