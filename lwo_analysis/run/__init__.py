"""Runs: execute notebooks, publish what is whole, report what is not."""
