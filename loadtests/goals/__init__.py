"""The goals of speed: one row for each, with both sides measured in one run."""
