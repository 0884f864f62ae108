"""Postgres and Valkey from their wheels, for `skyqueue up` and for the tests."""
