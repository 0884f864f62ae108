"""A payment provider to practise with: a service of its own with a ledger of its own. It shares no code and no database with the product."""
