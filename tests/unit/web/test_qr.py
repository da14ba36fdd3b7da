"""QR codes: what fits into one that scans, and that the drawing is the code."""

import pytest

from openrecord.cards.rules.signing import LARGEST_CHUNK
from openrecord.web import qr


@pytest.mark.parametrize(("length", "fits"), [(1195, True), (1300, False)])
def test_the_longest_text_still_fits_into_the_largest_code_that_scans(length: int, fits: bool) -> None:
    digits = "42" * length
    if fits:
        assert qr.drawing("shc:/", digits).size == 105 + 2 * qr.MODULES_AROUND
        return
    with pytest.raises(ValueError, match="does not fit"):
        qr.drawing("shc:/", digits)


def test_a_part_of_many_fits_too() -> None:
    assert qr.drawing("shc:/99/99/", "42" * LARGEST_CHUNK).size == 105 + 2 * qr.MODULES_AROUND


def test_a_drawing_is_the_matrix() -> None:
    code, rows = qr.drawing("shc:/", "567629"), qr.matrix("shc:/", "567629")
    black = set()
    for run in code.path.split("z")[:-1]:
        start, length = run[1:].split("v")[0].split("h")
        x, y = map(int, start.split())
        black |= {(x + step - 4, y - 4) for step in range(int(length))}
    assert black == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
