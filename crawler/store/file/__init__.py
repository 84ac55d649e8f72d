"""The SQLite file itself: opened, migrated, checked, merged, and the files beside it."""
