"""The records hold the documents: every number, date, time and name is in, at its place.

Both ways: each token of the documents is covered by a figure located where the token stands, and
each figure is found where it says that it stands.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from orbitsim.missions.record import Figure, load_mission, mission_names

MONTHS = list(month_name)[1:]
_MONTH = "|".join(MONTHS)
# Lines that state nothing: rules, brackets, an empty field, a question.
MARKUP = re.compile(r"[\W_]*|```json|\"sameAs\": \[|### Q: .*|(?:UTC ?)+")
URL = re.compile(r"https?://[^\s)\"]+")
CLOCK = re.compile(r"\b\d\d:\d\d(?::\d\d)?\b")
DATE = re.compile(
    rf"(?P<day>\d{{1,2}}) (?P<month>{_MONTH})(?: (?P<year>\d{{4}}))?"
    rf"|(?P<us_month>{_MONTH}) (?P<us_day>\d{{1,2}}), (?P<us_year>\d{{4}})"
    rf"|(?P<lone_month>{_MONTH}) (?P<lone_year>\d{{4}})"
)
NUMBER = re.compile(r"[\w/+.,-]*\d[\w/+.,-]*")
WORD_NUMBER = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|once|twice"
    r"|first|second|third)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<=[a-z,)] )[A-Z][\w-]*\w")

NOT_FACTS = {
    "1.": "number of a list item",
}
NOT_NAMES = {
    "UTC": "scale of the times, which is their unit here",
    "GMT": "scale of a time, recorded as UTC with a note",
    "State": "the document's word for Roscosmos, a State Corporation",
    "Corporation": "as State",
    "Head": "an office, recorded in a note",
    "Deputy": "an office, recorded in a note",
}


class Document:
    """A document cut into passages, each under the locator that figures use."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.passages: dict[str, str] = {}
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        title, *body = filter(None, lines)
        self.passages["title"] = title.strip("=# ")
        # A wiki page opens with a table of fields under the bare name, a markdown page does not.
        in_fields = title.startswith("=")
        section, count = "lead", 0
        for line in body:
            heading = re.fullmatch(r"(?:=+|#+) (?!Q:)(.+?)(?: =+)?", line)
            field = re.fullmatch(r"- ([^:]+): (.*)", line) if in_fields else None
            if heading:
                section, count, in_fields = f"section {heading[1]}", 0, False
            elif field:
                self.passages[f"infobox, {field[1]}"] = field[2]
            elif in_fields and "infobox, name" not in self.passages:
                self.passages["infobox, name"] = line
            else:
                in_fields, count = False, count + 1
                self.passages[f"{section}, {count}"] = line

    @staticmethod
    def place(locator: str) -> str:
        """The name under which `passages` keeps a figure's locator."""
        return re.sub(r", (?:paragraph|item|line) (\d+)$", r", \1", locator)


@pytest.fixture(scope="module")
def documents(reference: Path) -> dict[str, Document]:
    """The three documents, which lie beside the reference data."""
    folder = reference.parent / "documents"
    files = sorted(folder.glob("*.txt"))
    if not files:
        pytest.skip(f"no documents at {folder}")
    return {path.name: Document(path) for path in files}


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    """All figures of all records that come with the package."""
    return [figure for name in mission_names() for figure in load_mission(name).figures]


def numerals(figure: Figure) -> set[str]:
    """The ways in which a document may print the figure's number."""
    if not figure.is_number:
        return set()
    plain = str(figure).split(" ")[-1 if figure.unit == "count" else -2]
    return {plain, f"{float(plain):,g}", f"{plain}°"}


def words(figure: Figure) -> set[str]:
    """The words of a text and of the printed wording, without their punctuation."""
    text = f"{figure.value} {figure.printed}" if figure.unit == "text" else figure.printed
    return {word.strip("()[],.;:'\"") for word in text.split()}


def is_dated(figure: Figure, date: re.Match[str]) -> bool:
    """Whether a time carries the date as far as the document prints it."""
    day = date["day"] or date["us_day"]
    month = MONTHS.index(date["month"] or date["us_month"] or date["lone_month"]) + 1
    year = date["year"] or date["us_year"] or date["lone_year"]
    printed = f"{year or r'....'}-{month:02d}" + (f"-{int(day):02d}" if day else "$")
    return figure.unit == "UTC" and re.match(printed, str(figure.value)) is not None


def uncovered(text: str, here: list[Figure], names: set[str]) -> Iterator[str]:
    """Tokens of a passage that no figure of the passage holds, and that are no recorded name."""
    for url in URL.findall(text):
        if all(figure.value != url for figure in here):
            yield url
    text = URL.sub(" ", text)
    for clock in CLOCK.findall(text):
        if all(figure.unit != "UTC" or str(figure.value)[11:] != clock for figure in here):
            yield clock
    text = CLOCK.sub(" ", text)
    for date in DATE.finditer(text):
        if not any(is_dated(figure, date) for figure in here):
            yield date[0]
    text = DATE.sub(" ", text)
    held = {word for figure in here for word in words(figure) | numerals(figure)} | names
    held |= {str(figure.value) for figure in here if figure.unit == "UTC"}
    for number in NUMBER.findall(text):
        if number.rstrip(".,") not in held and number not in NOT_FACTS:
            yield number
    for word in WORD_NUMBER.findall(text):
        if word.lower() not in {part.lower() for item in held for part in item.split("-")}:
            yield word


def test_every_number_and_time_of_the_documents_is_a_figure(
    documents: dict[str, Document], figures: list[Figure]
) -> None:
    missing = []
    for document in documents.values():
        own = [figure for figure in figures if figure.document == document.name]
        names = {
            word for figure in own if figure.unit == "text" for word in str(figure.value).split()
        }
        for place, text in document.passages.items():
            here = [figure for figure in own if document.place(figure.locator) == place]
            missing += [(document.name, place, token) for token in uncovered(text, here, names)]
    assert missing == []


def test_every_name_of_the_documents_is_in_a_figure(
    documents: dict[str, Document], figures: list[Figure]
) -> None:
    missing = []
    for document in documents.values():
        own = [figure for figure in figures if figure.document == document.name]
        held = {
            part
            for figure in own
            for word in re.findall(r"[\w-]+", f"{figure.value} {figure.printed} {figure.note}")
            for part in (word, *word.split("-"))
        }
        for place, text in document.passages.items():
            missing += [
                (document.name, place, name)
                for name in NAME.findall(DATE.sub(" ", URL.sub(" ", text)))
                if name not in held and name not in NOT_NAMES
            ]
    assert missing == []


def test_every_passage_has_a_figure(documents: dict[str, Document], figures: list[Figure]) -> None:
    cited = {(figure.document, Document.place(figure.locator)) for figure in figures}
    bare = [
        (document.name, place, text)
        for document in documents.values()
        for place, text in document.passages.items()
        if (document.name, place) not in cited and not MARKUP.fullmatch(text)
    ]
    assert bare == []


def absent(figure: Figure, text: str) -> Iterable[str]:
    """What a figure claims and its passage does not print."""
    if figure.printed:
        return [] if figure.printed in text else [figure.printed]
    if figure.is_number:
        printed = set(re.split(r"\s+", DATE.sub(" ", text)))
        return [] if numerals(figure) & printed else [str(figure)]
    value = str(figure.value)
    if figure.unit == "UTC":
        dated = len(value) == 4 and value in text
        dated |= any(is_dated(figure, date) for date in DATE.finditer(text))
        return [] if dated and value[11:] in text else [value]
    telling = [word for word in re.findall(r"[\w/:.'-]+", value) if re.search(r"[A-Z\d]", word)]
    return [word for word in telling if word not in text]


def test_every_figure_is_printed_where_it_says(
    documents: dict[str, Document], figures: list[Figure]
) -> None:
    wrong = []
    for figure in figures:
        assert figure.document in documents, f"{figure.key}: no document {figure.document}"
        place = Document.place(figure.locator)
        text = documents[figure.document].passages.get(place)
        assert text is not None, f"{figure.key}: {figure.document} has no {figure.locator}"
        wrong += [(figure.key, place, claim) for claim in absent(figure, text)]
    assert wrong == []


@pytest.mark.parametrize("name", mission_names())
def test_texts_are_not_the_documents_sentences(
    documents: dict[str, Document], figures: list[Figure], name: str
) -> None:
    longest = 7  # words: a title has so many, a clause more
    corpus = " ".join(
        text for document in documents.values() for text in document.passages.values()
    )
    copied = []
    for figure in load_mission(name).figures:
        for text in (str(figure.value), figure.printed, figure.note):
            run = text.split()
            copied += [
                text
                for start in range(len(run) - longest)
                if " ".join(run[start : start + longest + 1]) in corpus
            ]
    assert copied == []
