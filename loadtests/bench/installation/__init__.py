"""The installation that is measured: its servers and processes, what it is compared with, its flights, and the clients that load it."""
