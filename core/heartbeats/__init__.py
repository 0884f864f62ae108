"""Heartbeats of worker processes: a row in Postgres that a worker renews for as long as it can work."""
