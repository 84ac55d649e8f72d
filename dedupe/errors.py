"""What can go wrong in here.

DedupeError
├── SchemeMismatch   two results of different schemes or seeds were put together
└── InvalidScheme    the numbers of a scheme contradict each other
"""


class DedupeError(Exception):
    """Root of the errors of this library."""


class SchemeMismatch(DedupeError):
    """Results of two schemes or seeds cannot be compared."""


class InvalidScheme(DedupeError):
    """The numbers of a scheme contradict each other."""
