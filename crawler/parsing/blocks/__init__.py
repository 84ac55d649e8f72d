"""The blocks of a page, and how likely each is the article's: learned from many hosts."""
