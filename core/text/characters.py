"""Characters that a name of a place or a person cannot have. There are three kinds: invisible characters (removed), U+FFFD, which replaces
a letter that was lost (refused), and letters of another script that look like the letters beside them (refused).

The same table and the same function check every text that we receive: in a request, in a cell of a file, in a search.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_STRIPPED: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Invisible characters that can be removed: soft hyphens, direction marks, byte order marks, variation selectors."""
_JOINERS: Final = "\u200c\u200d"
"""Zero-width joiners: part of the spelling in scripts whose letters are joined (Arabic, Devanagari), and removed everywhere else."""
_JOINED_SCRIPTS: Final = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af"
_REPLACEMENT: Final = "\ufffd"

_STRIP: Final = re.compile(f"[{_STRIPPED}]|(?<![{_JOINED_SCRIPTS}])[{_JOINERS}]|[{_JOINERS}](?![{_JOINED_SCRIPTS}])")
_REFUSED: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ue000-\uf8ff{_REPLACEMENT}\U000f0000-\U0010ffff]")
_SCRIPTS: Final = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "GOTHIC", "LISU"}
"""Scripts that have letters in common by look: Latin `a` and Cyrillic `а`."""
_WORD: Final = re.compile(r"[^\W\d_]+")


_CONTROLS: Final = {"\t": "a tab", "\n": "a line break", "\r": "a carriage return", "\0": "NUL", "\x1b": "ESCAPE"}
"""Names for characters that have none in Unicode."""


class UnusableCharacter(ValueError):
    """A text has a `character` that is not allowed. The message names it, for the person who sent the text."""

    def __init__(self, character: str, message: str) -> None:
        super().__init__(message)
        self.character = character


def named(character: str) -> str:
    """The number and the Unicode name of a character, as in `U+0435 CYRILLIC SMALL LETTER IE`."""
    return f"U+{ord(character):04X} {_CONTROLS.get(character) or unicodedata.name(character, 'a character without a name')}"


def strip_invisible(text: str) -> str:
    """The text without invisible characters."""
    return text if text.isascii() else _STRIP.sub("", text)


def why_not_plain(text: str) -> str:
    """A sentence that names the first character that is not ASCII, with a space after it; empty if there is none.

    Numbers, times and codes are written in ASCII. A dash or a digit of another script can look the same, so the message must name it.
    """
    if text.isascii():
        return ""
    return f"Contains {named(next(letter for letter in text if not letter.isascii()))}. "


def clean(text: str) -> str:
    """The text without invisible characters.

    Raises:
        UnusableCharacter: the rest has a control character, U+FFFD, or a word that mixes letters of two scripts that look alike.
    """
    text = strip_invisible(text)
    if found := _REFUSED.search(text):
        raise UnusableCharacter(found[0], _why(found[0]))
    if not text.isascii():
        for word in _WORD.findall(text):
            if not word.isascii():
                _require_one_script(word)
    return text


def _why(character: str) -> str:
    if character == _REPLACEMENT:
        return f"Contains {named(character)}: a letter was lost when the text was saved or read in the wrong encoding. Type it again."
    return f"Contains {named(character)}, which is not allowed in a text. Remove it."


def _require_one_script(word: str) -> None:
    scripts = [_script(letter) for letter in word]
    present = {script for script in scripts if script in _SCRIPTS}
    if len(present) < 2:
        return
    # The wrong letter is of the script with fewer letters in this word; if both have the same number, of the one that is not Latin.
    usual = max(sorted(present), key=lambda script: (scripts.count(script), script == "LATIN"))
    stranger = next(letter for letter, script in zip(word, scripts, strict=True) if script in present - {usual})
    raise UnusableCharacter(
        stranger, f"Contains {named(stranger)} in {word!r}, whose other letters are {usual.capitalize()}. Type the word again."
    )


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]
