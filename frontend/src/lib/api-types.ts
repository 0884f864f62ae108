import type { components } from './schema';

/** Names for the shapes of the API that the app uses. */
type Schemas = components['schemas'];

export type SessionView = Schemas['SessionView'];
export type Flight = Schemas['FlightView'];
export type Itinerary = Schemas['ItineraryView'];
export type CancellationTerms = Schemas['CancellationTerms'];
export type CalendarDay = Schemas['CalendarDay'];
export type Place = Schemas['AirportView'];
export type Booking = Schemas['BookingView'];
export type BookingStatus = Schemas['BookingStatus'];
export type Segment = Schemas['Segment'];
export type Passenger = Schemas['PassengerView'];
export type NewBooking = Schemas['BookingBody'];
/** A decimal string and its currency. */
export interface Price {
  amount: string;
  currency: string;
}
export type Payment = Schemas['PaymentView'];
export type Refund = Schemas['RefundView'];
export type CancellationQuote = Schemas['QuoteView'];
export type WaitlistEntry = Schemas['WaitlistView'];
export type Job = Schemas['Job'];
export type ImportSummary = Schemas['ImportSummary'];
export type ImportView = Schemas['ImportView'];
export type FlightChange = Schemas['FlightChange'];
export type Encoding = Schemas['Encoding'];
export type ImportAccepted = Schemas['ImportAccepted'];
export type MailAddress = Schemas['MailAddress'];
export type MailView = Schemas['MailView'];
export type FareWatch = Schemas['FareWatchView'];
export type NewFareWatch = Schemas['FareWatchBody'];
export type CheckInView = Schemas['CheckInView'];
export type SeatMap = Schemas['SeatMapView'];
export type Cabin = Schemas['CabinView'];
