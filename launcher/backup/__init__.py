"""Backups: one file with all rows in Postgres. It can be made while everything runs, and is restored into an empty installation."""
