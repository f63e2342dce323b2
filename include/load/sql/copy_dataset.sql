copy staged_row ({columns}) from stdin
