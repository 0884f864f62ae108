"""Load runs: the bookings that a load test made, and their results."""
