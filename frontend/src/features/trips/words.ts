/** Why a trip is refused at the door, said of the trip; null for what is no matter of it. */
export function refusalWords(code: string): { title: string; detail: string } | null {
  return REFUSALS[code] ?? null;
}

const REFUSALS: Readonly<Record<string, { title: string; detail: string }>> = {
  sold_out: {
    title: 'Somebody was quicker',
    detail: 'One of these flights has fewer seats left than you asked for, so none of them was booked.',
  },
  not_chronological: {
    title: 'These flights do not connect',
    detail: 'One of them leaves before the one before it has arrived. Choose another way.',
  },
  mixed_currencies: {
    title: 'These flights cannot be booked together',
    detail: 'They are sold in different currencies, and a trip has one price. Book each of them by itself.',
  },
  flight_departed: {
    title: 'One of these flights has left',
    detail: 'The trip can no longer be booked. Choose another way or another day.',
  },
  flight_cancelled: {
    title: 'The airline cancelled one of these flights',
    detail: 'The trip can no longer be booked. Choose another way.',
  },
  flight_not_found: {
    title: 'One of these flights is gone',
    detail: 'It was taken off the schedule. Choose another way.',
  },
};

/** `direct`, `1 stop`, `2 stops` */
export function stopsWords(stops: number): string {
  return stops === 0 ? 'Direct' : stops === 1 ? '1 stop' : `${stops} stops`;
}
