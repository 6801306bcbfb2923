"""From provider rows to tidy observations of areas that stay the same over time."""
