import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { BookingStatus } from '@/lib/api-types';

export const STATUS_LABELS: Record<BookingStatus, MessageDescriptor> = {
  PENDING: msg`In progress`,
  HELD: msg`Held`,
  CONFIRMED: msg`Confirmed`,
  CANCELLED: msg`Cancelled`,
  FAILED: msg`Not booked`,
  EXPIRED: msg`Expired`,
};
