import type { components } from '@/lib/schema';

type Schemas = components['schemas'];

export type Overview = Schemas['Overview'];
export type Cause = Schemas['OverviewCause'];
export type Minute = Schemas['Minute'];
export type Queue = Schemas['QueueView'];
export type DeadLetter = Schemas['DeadLetterView'];
export type DeadLetterKind = Schemas['DeadLetterKind'];
export type DeadLetterStatus = Schemas['DeadLetterStatus'];
export type AuditEntry = Schemas['AuditView'];
export type ApiKey = Schemas['ApiKeyView'];
export type KeyScope = Schemas['KeyScope'];
export type Webhook = Schemas['WebhookView'];
export type Delivery = Schemas['DeliveryView'];
export type EventType = Schemas['EventType'];

export type FlightBody = Schemas['FlightBody'];
export type FlightSort = Schemas['FlightSort'];
export type FlightStatus = Schemas['FlightStatus'];
export type FlightImpact = Schemas['FlightImpact'];
export type LedgerEntry = Schemas['LedgerEntry'];
export type LedgerKind = Schemas['LedgerKind'];
export type StaffBooking = Schemas['StaffBooking'];
export type User = Schemas['UserView'];
export type Role = Schemas['Role'];

/** Every type, in the order in which they are offered. */
export const EVENT_TYPES = [
  'booking.accepted',
  'booking.held',
  'booking.confirmed',
  'booking.failed',
  'booking.expired',
  'booking.cancelled',
  'booking.schedule_changed',
  'payment.succeeded',
  'payment.declined',
  'payment.refunded',
  'waitlist.offered',
  'waitlist.offer_expired',
  'flight.changed',
  'flight.cancelled',
  'import.finished',
] as const satisfies readonly EventType[];
