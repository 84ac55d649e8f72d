"""What was seen, said and decided: outlets, exchanges, pages, articles, overrides.

Never made from other rows.
"""
