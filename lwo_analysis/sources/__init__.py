"""Raw figures in: one module per provider, each reading a file as it was delivered."""
