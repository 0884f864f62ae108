import { expect, test } from 'vitest';
import { readHeader } from './header';

const NAMES = 'flight_number,source,destination,departure_ts,arrival_ts,total_seats,price';

function chosen(...parts: BlobPart[]): File {
  return new File(parts, 'flights.csv', { type: 'text/csv' });
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

test.each([
  ['a workbook', new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 10])],
  ['text in another encoding', new Uint8Array([0x66, 0, 0x6c, 0, 10, 0])],
])('%s has no header', async (_, bytes) => {
  expect(await readHeader(chosen(bytes), 'utf-8')).toBeNull();
});

test('a header behind a title is found', async () => {
  const header = await readHeader(chosen(`Summer 2027,,\n\n${NAMES}\nAI-1,Delhi`), 'utf-8');
  expect(header?.comesLater).toBe(true);
  expect((await readHeader(chosen(`${NAMES}\nAI-1,Delhi`), 'utf-8'))?.comesLater).toBe(false);
});

test('letters of another encoding are noticed', async () => {
  const file = chosen(`${NAMES}\nAI-1,S`, new Uint8Array([0xe3]), 'o Paulo');
  expect((await readHeader(file, 'utf-8'))?.unreadable).toBe(true);
  const right = await readHeader(file, 'windows-1252');
  expect(right?.unreadable).toBe(false);
  expect(right?.rows).toEqual([['AI-1', 'São Paulo']]);
});
