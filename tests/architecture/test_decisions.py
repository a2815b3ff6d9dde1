"""Decision records say when they were made and whether they hold; the list says the same."""

import datetime as dt
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("0*.md"))
NUMBERS = {path.name[:4] for path in RECORDS}
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"- Date: (?P<date>\d{4}-\d\d-\d\d)\n"
    r"- Status: (?P<status>accepted|superseded by (?P<whole>\d{4})"
    r"|superseded in part by (?P<part>\d{4}) \([^)]+\))\n"
)


def head_of(path: Path) -> re.Match[str]:
    head = HEAD.match(path.read_text(encoding="utf-8"))
    assert head, f"{path.name} does not begin as docs/decisions/README.md says"
    return head


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_a_record_says_its_number_its_date_and_whether_it_holds(path: Path) -> None:
    head = head_of(path)
    assert f"{int(head['number']):04}" == path.name[:4]
    assert dt.date.fromisoformat(head["date"]) >= dt.date(2026, 11, 21)
    by = head["whole"] or head["part"]
    assert by is None or (by in NUMBERS and by > path.name[:4])


def test_no_number_is_used_twice() -> None:
    assert len(NUMBERS) == len(RECORDS) > 30


def test_the_list_says_what_the_records_say() -> None:
    listed = [
        line for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| ["
    ]
    wanted = [
        f"| [{path.name[:4]}]({path.name}) | {head['date']} | {head['title']} | {head['status']} |"
        for path in RECORDS
        for head in (head_of(path),)
    ]
    assert listed == wanted
