"""`skyqueue up`: every part of the product on one machine, started, watched and stopped by one process."""
