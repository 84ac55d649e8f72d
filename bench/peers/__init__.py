"""What the benches run in environments of the peers."""
