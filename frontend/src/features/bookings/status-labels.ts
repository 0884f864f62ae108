import type { BookingStatus } from '@/lib/wire';

export const STATUS_LABELS: Record<BookingStatus, string> = {
  PENDING: 'In progress',
  HELD: 'Held',
  CONFIRMED: 'Confirmed',
  CANCELLED: 'Cancelled',
  FAILED: 'Not booked',
  EXPIRED: 'Expired',
};
