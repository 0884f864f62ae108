"""The record of the passes of the sweep: what each has found and repaired."""
