"""What is known of markets: exchanges, sessions, symbols, the listing and the life cycle of an instrument.

Facts and calendars only; what is asked for when is decided in :mod:`include.plan`.
"""
