"""Load runs: which bookings a load test made, and what became of them."""
