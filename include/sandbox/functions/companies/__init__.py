"""Companies: quarters made from prices, and the statements, earnings and overviews that follow from them.

Amounts are US dollars."""
