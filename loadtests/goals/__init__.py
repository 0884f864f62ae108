"""The performance goals: one row for each, with both sides measured in one run."""
