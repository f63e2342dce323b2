"""One parser for each shape of data the API answers with."""
