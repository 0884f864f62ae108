"""The schema of the database: its revisions, and how a database is brought to the newest one."""
