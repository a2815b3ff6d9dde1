"""What a demo says of itself on every page, print and export."""

from __future__ import annotations

from mapdialog.dialogue.models import Consultation


def demo_note(consultation: Consultation) -> str:
    """'' for a real consultation. A demo in a demo municipality is invented; elsewhere its data are real.

    Not translated: files that leave the house say the same to every reader.
    """
    if consultation.municipality.is_demo:
        return "Oppdiktet demo"
    if consultation.is_demo:
        return "Demo med virkelige data / demo with real data"
    return ""
