"""May it enter: rules, checkpoint, verdicts, quarantine and what a person decides.

Nothing is written to a table of data here; refused rows are kept with every rule they broke.
"""
