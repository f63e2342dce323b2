"""Functions that need no published bars: currencies, coins, economy, companies, the lists of a day.

``table.FUNCTIONS`` names the maker of each."""
