"""Contrast after WCAG 2, and what a colour becomes when it lies over another."""

from __future__ import annotations

Colour = tuple[float, float, float]


def parsed(text: str) -> Colour:
    """#fff or #ffffff as three numbers of 0 to 255."""
    digits = text.removeprefix("#")
    whole = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (int(whole[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1."""
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Colour, other: Colour) -> float:
    lighter, darker = sorted((luminance(first), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def over(colour: Colour, ground: Colour, *, opacity: float) -> Colour:
    red, green, blue = (
        opacity * part + (1 - opacity) * under for part, under in zip(colour, ground, strict=True)
    )
    return red, green, blue
