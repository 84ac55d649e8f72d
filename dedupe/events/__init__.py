"""Events: stories of different languages that tell one event, found by names, numbers, places."""
