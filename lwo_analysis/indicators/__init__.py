"""What is: shares, distances, baselines and goal paths, as pure functions."""
