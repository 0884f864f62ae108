import type { Place } from '@/lib/api-types';

export const PLACES: Place[] = [
  { name: 'Delhi', iata: 'DEL', city: 'Delhi', country: 'India', timezone: 'Asia/Kolkata' },
  { name: 'Mumbai', iata: 'BOM', city: 'Mumbai', country: 'India', timezone: 'Asia/Kolkata' },
  { name: 'London', iata: 'LHR', city: 'London', country: 'United Kingdom', timezone: 'Europe/London' },
  { name: 'Hill Strip', iata: null, city: null, country: null, timezone: null },
];
