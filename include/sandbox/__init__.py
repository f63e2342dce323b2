"""A stand-in for the Alpha Vantage API: the real transport and refusals, simulated or replayed data."""
