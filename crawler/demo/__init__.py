"""The news town: fictional outlets on this machine, with a known truth. No internet needed."""
