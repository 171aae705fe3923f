"""Figures in short text, with their intervals."""

from evaluation.intervals import Rate, Share, Spread


def share_text(share: Share) -> str:
    """Write a share with its interval.

    Examples
    --------
    >>> share_text(Share.of_counts(19, 20)), share_text(Share.of_counts(0, 0))
    ('95 % (76-99) of 20', '- of 0')
    """
    if share.value is None or share.low is None or share.high is None:
        return "- of 0"
    interval = f"({100 * share.low:.0f}-{100 * share.high:.0f})"
    return f"{100 * share.value:.3g} % {interval} of {share.of}"


def rate_text(rate: Rate) -> str:
    """Write a rate with its interval.

    Examples
    --------
    >>> rate_text(Rate.of_count(1, 20.0))
    '0.05 (0.0013-0.28)'
    """
    if rate.value is None or rate.low is None or rate.high is None:
        return "-"
    return f"{rate.value:.2g} ({rate.low:.2g}-{rate.high:.2g})"


def spread_text(spread: Spread) -> str:
    """Write the median and the range; a dash for none."""
    if spread.median is None:
        return "-"
    return f"{spread.median:.3g} ({spread.low:.3g} to {spread.high:.3g})"


def quartiles_text(spread: Spread) -> str:
    """Write the quartiles; a dash for none.

    Examples
    --------
    >>> quartiles_text(Spread.of_values([1.0, 2.0, 3.0, 4.0, 5.0]))
    '2 to 4'
    """
    if spread.quarter is None:
        return "-"
    return f"{spread.quarter:.3g} to {spread.three_quarters:.3g}"


def number_text(value: float | None) -> str:
    """Write a number; a dash for none."""
    return "-" if value is None else f"{value:.3g}"
