"""Every reason code has a sentence of its own."""

import pytest

from openrecord.access.types import Reason
from openrecord.staff.presenters.reasons import SENTENCES, in_words


def test_the_closed_list_is_complete() -> None:
    assert set(SENTENCES) == set(Reason)
    assert len(set(SENTENCES.values())) == len(SENTENCES)


def test_the_sentences_come_in_the_order_of_the_list() -> None:
    assert in_words(["back_record", "unfiled"]) == (SENTENCES[Reason.UNFILED], SENTENCES[Reason.BACK_RECORD])
    assert in_words([]) == ()


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(ValueError, match="no_such_code"):
        in_words(["no_such_code"])


def test_only_what_stands_in_the_worklist_is_said_to_wait() -> None:
    """A hidden entry was decided, and history or an unfiled result is in nobody's list."""
    waits = SENTENCES[Reason.UNDECIDED]
    for code in ("hidden_third_party", "before_window", "unfiled", "deceased", "container_hidden"):
        assert in_words(["undecided", code]) == (SENTENCES[Reason(code)],)
    for code in ("held_contact", "declined", "paused", "closed", "under_16"):
        assert waits in in_words(["undecided", code])
    assert in_words(["undecided"]) == (waits,)
