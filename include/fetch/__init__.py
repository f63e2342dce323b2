"""From the API to the raw store: one call, one response, its outcome recorded.

Outages, and what the key was refused as premium, are kept track of here.
"""
