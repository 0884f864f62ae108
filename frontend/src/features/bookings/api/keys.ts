/** The keys of every query about bookings. A change to a booking makes all of them out of date. */
export const bookingKeys = {
  all: () => ['bookings'] as const,
  list: () => [...bookingKeys.all(), 'list'] as const,
  details: () => [...bookingKeys.all(), 'detail'] as const,
  detail: (bookingId: string) => [...bookingKeys.details(), bookingId] as const,
};
