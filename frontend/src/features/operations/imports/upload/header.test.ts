import { expect, test } from 'vitest';
import { readHeader } from './header';

const NAMES = 'flight_number,source,destination,departure_ts,arrival_ts,total_seats,price';

function chosen(text: string): File {
  return new File([text], 'flights.csv', { type: 'text/csv' });
}

test.each([
  ['as the template has it', `${NAMES}\nAI-1,Delhi`],
  [
    'with blanks and capitals',
    'Flight Number,Source,Destination,Departure-TS,Arrival TS,Total Seats,PRICE\nAI-1,Delhi',
  ],
  ['with line breaks in quotes', `"Flight\r\nNumber"${NAMES.slice('flight_number'.length)}\r\nAI-1,Delhi`],
  ['with marks that nobody sees', `\uFEFF\uFEFF${NAMES.replace('source', 'sour\u200Bce')}\u202C\nAI-1,Delhi`],
  ['with a line that names the delimiter', `sep=;\n${NAMES.replaceAll(',', ';')}\nAI-1;Delhi`],
])('a header %s is right', async (_, text) => {
  const header = await readHeader(chosen(text), 'utf-8');
  expect(header?.missing).toEqual([]);
  expect(header?.columns.map(({ use }) => use)).toEqual(Array(7).fill('read'));
  expect(header?.rows).toEqual([['AI-1', 'Delhi']]);
});

test('columns that the server does not know are named', async () => {
  const header = await readHeader(chosen('Flugnummer;source;_note;\n'), 'utf-8');
  expect(header?.columns).toEqual([
    { name: 'Flugnummer', use: 'unknown' },
    { name: 'source', use: 'read' },
    { name: '_note', use: 'ignored' },
    { name: '(without a name)', use: 'ignored' },
  ]);
  expect(header?.missing).toContain('flight_number');
});
