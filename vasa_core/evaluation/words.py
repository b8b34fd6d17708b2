"""Word times of clips: a table with the columns clip, start_s, end_s and word, separated by tabs."""

from pathlib import Path

Words = list[tuple[float, float, str]]
"""(start s, end s, word) of one clip in order; silence is the word `sil` or `sp`."""

FILE_NAME = "words.tsv"
"""The table is found under this name beside the clips."""
COLUMNS = ("clip", "start_s", "end_s", "word")


def read_words(path: Path) -> dict[str, Words]:
    """Word times by clip. Raises `ValueError` where the table is not as it should be."""
    head, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if tuple(head.split("\t")) != COLUMNS:
        raise ValueError(f"{path} begins with '{head}'. Begin it with the columns {', '.join(COLUMNS)}, tabs between.")
    table: dict[str, Words] = {}
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            clip, start, end, word = line.split("\t")
            table.setdefault(clip, []).append((float(start), float(end), word))
        except ValueError as error:
            raise ValueError(
                f"Line {number} of {path} is '{line}'. Give a clip, its start and end in s, and a word, tabs between."
            ) from error
    return table
