import type { Encoding } from '@/lib/api-types';

const HEAD_BYTES = 64 * 1024;
const ROWS = 3;
const SEARCHED = 20;
// biome-ignore lint/suspicious/noControlCharactersInRegex: characters that no text has
const CONTROL = /[\0-\x08\x0e-\x19\x1b-\x1f]/;
const DELIMITERS = [',', ';', '\t', '|'];

const REQUIRED = [
  'flight_number',
  'source',
  'destination',
  'departure_ts',
  'arrival_ts',
  'total_seats',
  'price',
] as const;
const OPTIONAL = ['currency', 'cabin'];

/** The first line of a file and the rows after it, as the browser reads them. The server reads them again, and decides. */
interface Header {
  delimiter: string;
  columns: { name: string; use: 'read' | 'ignored' | 'unknown' }[];
  missing: string[];
  rows: string[][];
  /** A later line names all required columns: the first line is a title, or has merged cells. */
  comesLater: boolean;
  /** Some letters are not valid in the chosen encoding. */
  unreadable: boolean;
}

/** Null where there is nothing that can be read as a header: an empty file, or one that is not text in this encoding, such as a workbook. */
export async function readHeader(file: File, encoding: Encoding): Promise<Header | null> {
  const bytes = await file.slice(0, HEAD_BYTES).arrayBuffer();
  const text = new TextDecoder(encoding).decode(bytes).replace(/^\uFEFF+/, '');
  const lines = records(text).filter((line) => line.trim() !== '');
  if (/^"?sep=./i.test(lines[0] ?? '')) lines.shift();
  const [first, ...rest] = lines;
  if (!first || CONTROL.test(first)) return null;
  const delimiter = delimiterOf(first);
  const columns = cells(first, delimiter).map((cell) => {
    return { name: cell.trim() || '(without a name)', use: useOf(normalised(cell)) };
  });
  const names = columns.map(({ name }) => normalised(name));
  return {
    delimiter,
    columns,
    missing: REQUIRED.filter((name) => !names.includes(name)),
    rows: rest.slice(0, ROWS).map((line) => cells(line, delimiter)),
    comesLater: rest.slice(0, SEARCHED).some(namesAll),
    unreadable: [first, ...rest.slice(0, ROWS)].some((line) => line.includes('\uFFFD')),
  };
}

function delimiterOf(line: string): string {
  return DELIMITERS.reduce((best, each) => (line.split(each).length > line.split(best).length ? each : best));
}

function namesAll(line: string): boolean {
  const names = cells(line, delimiterOf(line)).map(normalised);
  return REQUIRED.every((name) => names.includes(name));
}

/** The name in the form that the server compares: `Flight Number` is `flight_number`, and invisible characters are removed. */
function normalised(name: string): string {
  return name
    .replace(/[\p{Default_Ignorable_Code_Point}\uFEFF]/gu, '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** The lines of a file; a line break in quotes, as in the headers of spreadsheets, is a blank. */
function records(text: string): string[] {
  const found: string[] = [];
  let open = false;
  for (const line of text.split(/\r*\n/)) {
    const before = open ? `${found.pop() ?? ''} ` : '';
    found.push(before + line);
    if ((line.split('"').length - 1) % 2 === 1) open = !open;
  }
  return found;
}

function useOf(name: string): Header['columns'][number]['use'] {
  if ([...REQUIRED, ...OPTIONAL].includes(name)) return 'read';
  return name === '' || name.startsWith('_') ? 'ignored' : 'unknown';
}

/** One line of CSV; quotes may stand around a cell, and are doubled inside it. */
function cells(line: string, delimiter: string): string[] {
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    if (letter === '"') {
      if (quoted && line[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (letter === delimiter && !quoted) {
      found.push(cell);
      cell = '';
    } else cell += letter;
  }
  return [...found, cell];
}
