"""Pure functions from bytes and text to values. No network, no store, no clock."""
