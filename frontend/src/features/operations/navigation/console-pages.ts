/** The pages of the console, in the order of its navigation. `also`: more words by which the command palette finds them. */
export const CONSOLE_PAGES = [
  { to: '/operations', name: 'Overview', also: 'charts causes trouble' },
  { to: '/operations/flights', name: 'Flights', also: 'schedule seats cancel' },
  { to: '/operations/bookings', name: 'Bookings', also: 'reference travellers passengers refund' },
  { to: '/operations/imports', name: 'Imports', also: 'upload csv file schedule' },
  { to: '/operations/queues', name: 'Queues', also: 'pause resume workers' },
  { to: '/operations/dead-letters', name: 'Dead letters', also: 'failed replay discard' },
  { to: '/operations/payments', name: 'Payments', also: 'charges refunds ledger money' },
  { to: '/operations/integrations', name: 'Webhooks and keys', also: 'api deliveries' },
  { to: '/operations/users', name: 'Users', also: 'accounts roles' },
  { to: '/operations/audit', name: 'Audit log', also: 'who changed what' },
  { to: '/operations/health', name: 'Health', also: 'drift inventory workers' },
] as const;
