/** Names of airlines by the code with which their flight numbers begin. */
const NAMES: Readonly<Record<string, string>> = {
  '6E': 'IndiGo',
  '9I': 'Alliance Air',
  AA: 'American Airlines',
  AC: 'Air Canada',
  AF: 'Air France',
  AI: 'Air India',
  AY: 'Finnair',
  BA: 'British Airways',
  CX: 'Cathay Pacific',
  DL: 'Delta',
  EK: 'Emirates',
  ET: 'Ethiopian',
  EW: 'Eurowings',
  EY: 'Etihad',
  FR: 'Ryanair',
  GF: 'Gulf Air',
  IB: 'Iberia',
  IX: 'Air India Express',
  JL: 'Japan Airlines',
  KE: 'Korean Air',
  KL: 'KLM',
  KQ: 'Kenya Airways',
  KU: 'Kuwait Airways',
  LH: 'Lufthansa',
  LX: 'SWISS',
  MH: 'Malaysia Airlines',
  NH: 'ANA',
  OS: 'Austrian',
  QF: 'Qantas',
  QP: 'Akasa Air',
  QR: 'Qatar Airways',
  S5: 'Star Air',
  SA: 'South African',
  SG: 'SpiceJet',
  SK: 'SAS',
  SQ: 'Singapore Airlines',
  SV: 'Saudia',
  TG: 'Thai Airways',
  TK: 'Turkish Airlines',
  TP: 'TAP',
  U2: 'easyJet',
  UA: 'United',
  UL: 'SriLankan',
  VS: 'Virgin Atlantic',
  WY: 'Oman Air',
};

/** `AI` of `AI-202` and of `AI202`; the whole number when it begins with no code of two characters. */
export function airlineCode(flightNumber: string): string {
  return /^([A-Z][A-Z0-9]|[0-9][A-Z])-?\d/i.exec(flightNumber)?.[1]?.toUpperCase() ?? flightNumber;
}

/** The name of an airline; its code where the name is not known. */
export function airlineName(code: string): string {
  return NAMES[code] ?? code;
}
