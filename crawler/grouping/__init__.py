"""Copies and stories of a whole store: from new texts to numbered stories."""
