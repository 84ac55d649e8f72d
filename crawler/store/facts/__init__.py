"""What was seen and said: outlets, exchanges, pages, articles. Never made from other rows."""
