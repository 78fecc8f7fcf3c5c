"""Counts in words."""


def counted(count: int, noun: str) -> str:
    """'1 date', '1,090 dates', 'no dates'; the noun in the singular, regular in the plural."""
    return f"{count:,} {noun}" if count == 1 else f"{f'{count:,}' if count else 'no'} {noun}s"
