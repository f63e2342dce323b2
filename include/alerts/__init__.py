"""Mails to people: one digest a run, only when something is new or over, and told once."""
