"""What keeps a rehearsal from being played, in a sentence for the person who wrote it."""


class Unplayable(ValueError):
    """The scenario cannot be played as it is written; the message says what would be right. Nothing was changed."""
