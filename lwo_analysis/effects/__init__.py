"""Why: designs, estimators and inference for a handful of treated areas."""
