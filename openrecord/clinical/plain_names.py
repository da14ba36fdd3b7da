"""Our own plain name of what a code stands for: that of the test, else plain words for the term. Pure."""

from openrecord.clinical.codes import codings, without_tag
from openrecord.clinical.explanations import Explanation, explanation
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.plain_terms import plain_term


def explained(code: JsonObject) -> Explanation | None:
    """What the test with this CodeableConcept is; None where it is no test that is known."""
    return explanation(codings(code), _words(code))


def name_of(code: JsonObject) -> str:
    """Plain words for a CodeableConcept; empty where none are known."""
    test = explained(code)
    if test is not None:
        return test.name
    term = plain_term(codings(code), _words(code))
    return "" if term is None else term.plain


def _words(code: JsonObject) -> list[str]:
    """What a CodeableConcept says: its text, and its displays without SNOMED CT's semantic tags."""
    listed = code.get("coding")
    displays = [item.get("display") for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [without_tag(each.strip()) for each in (code.get("text"), *displays) if isinstance(each, str)]
