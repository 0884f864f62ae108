import type { components } from '@/lib/schema';

type Schemas = components['schemas'];

export type Overview = Schemas['Overview'];
export type Cause = Schemas['OverviewCause'];
export type Minute = Schemas['Minute'];
export type Queue = Schemas['QueueView'];
export type Worker = Schemas['WorkerView'];
export type DeadLetter = Schemas['DeadLetterView'];
export type DeadLetterKind = Schemas['DeadLetterKind'];
export type DeadLetterStatus = Schemas['DeadLetterStatus'];
export type FoundBooking = Schemas['FoundBooking'];
export type AuditEntry = Schemas['AuditView'];
