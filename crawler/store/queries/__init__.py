"""What people ask of a store. Read-only."""
