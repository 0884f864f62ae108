"""Backups: one file with everything that Postgres holds, made while everything runs, and read into an empty installation."""
