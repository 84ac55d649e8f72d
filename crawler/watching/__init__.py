"""Watches: at the end of a run they notice what is new, and report it.

What they notice is put into the outbox, a table of the store, together with how far they have
looked; so a kill loses nothing and reports nothing twice. Sending comes after that.
"""
