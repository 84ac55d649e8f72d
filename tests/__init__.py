"""Tests, by floor. Real sockets, real SQLite files, real processes."""
