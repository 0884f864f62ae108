"""The practice payment provider: a separate service with its own ledger. It shares no code and no database with Skyqueue."""
