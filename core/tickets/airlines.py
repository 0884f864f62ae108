"""Names of airlines. The app has the same table (`frontend/src/lib/airlines.ts`)."""

from __future__ import annotations

import re
from typing import Final

NAMES: Final = {
    "6E": "IndiGo",
    "9I": "Alliance Air",
    "AA": "American Airlines",
    "AC": "Air Canada",
    "AF": "Air France",
    "AI": "Air India",
    "AY": "Finnair",
    "BA": "British Airways",
    "CX": "Cathay Pacific",
    "DL": "Delta",
    "EK": "Emirates",
    "ET": "Ethiopian",
    "EW": "Eurowings",
    "EY": "Etihad",
    "FR": "Ryanair",
    "GF": "Gulf Air",
    "IB": "Iberia",
    "IX": "Air India Express",
    "JL": "Japan Airlines",
    "KE": "Korean Air",
    "KL": "KLM",
    "KQ": "Kenya Airways",
    "KU": "Kuwait Airways",
    "LH": "Lufthansa",
    "LX": "SWISS",
    "MH": "Malaysia Airlines",
    "NH": "ANA",
    "OS": "Austrian",
    "QF": "Qantas",
    "QP": "Akasa Air",
    "QR": "Qatar Airways",
    "S5": "Star Air",
    "SA": "South African",
    "SG": "SpiceJet",
    "SK": "SAS",
    "SQ": "Singapore Airlines",
    "SV": "Saudia",
    "TG": "Thai Airways",
    "TK": "Turkish Airlines",
    "TP": "TAP",
    "U2": "easyJet",
    "UA": "United",
    "UL": "SriLankan",
    "VS": "Virgin Atlantic",
    "WY": "Oman Air",
}
"""By the code with which the flight numbers of an airline begin."""

_CODE: Final = re.compile("([A-Z][A-Z0-9]|[0-9][A-Z])-?[0-9]")


def find_airline(flight_number: str) -> str | None:
    """The name of the airline of a flight; None where it is not known."""
    found = _CODE.match(flight_number)
    return NAMES.get(found[1]) if found else None
