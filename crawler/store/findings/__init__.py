"""What was made of the facts, and could be made again: copies, stories, and what they need."""
