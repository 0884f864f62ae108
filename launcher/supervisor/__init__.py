"""`skyqueue up`: one process starts, watches and stops all parts of Skyqueue on one machine."""
