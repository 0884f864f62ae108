"""Amounts of money: the currencies of ISO 4217 and how many decimals each has (JPY none, KWD three, most two)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from core.text.characters import why_not_plain

_CODES: Final = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP
    CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD
    JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
    NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_WITHOUT_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"

CURRENCIES: Final = frozenset(_CODES.split())
"""The present codes of ISO 4217, without those that nobody pays with: funds, metals and codes for tests (XXX, XTS, XAU)."""

_PLACES: Final = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE.split(), 3)
USUAL_PLACES: Final = 2
MOST_PLACES: Final = 3
SMALLEST_PER_UNIT: Final = 10**MOST_PLACES
"""Thousandths in one unit. In thousandths, every amount of every currency is a whole number."""
THOUSANDS: Final = r"0*[1-9][0-9]{0,2}\.[0-9]{3}"
"""A text like `7.500`, for `may_be_thousands`. It has to match the whole text, and means the same in Python's `re` and in RE2."""
WHY_THOUSANDS: Final = (
    "Three digits after the point may be thousands. Write 7.50 for seven and a half, and 7500 for seven thousand five hundred."
)
"""The message for such an amount."""
_UNITS: Final = [Decimal(1).scaleb(-places) for places in range(MOST_PLACES + 1)]


def places_of(currency: str) -> int:
    """How many decimals an amount of this currency has."""
    return _PLACES.get(currency, USUAL_PLACES)


def is_currency(code: str) -> bool:
    return code in CURRENCIES


def in_units(amount: Decimal, currency: str) -> Decimal:
    """The amount with the decimals of its currency, rounded half up."""
    return amount.quantize(_UNITS[places_of(currency)], ROUND_HALF_UP)


def has_too_many_places(amount: Decimal, currency: str) -> bool:
    """Whether the amount has more decimals than its currency."""
    return amount != in_units(amount, currency)


def may_be_thousands(amount: Decimal, currency: str) -> bool:
    """Whether the amount was written like `7.500`, which is seven and a half for some people and seven thousand five hundred for others.
    A currency with three decimals has amounts of this form.
    """
    return places_of(currency) < MOST_PLACES and amount.as_tuple().exponent == -3 and 1 <= amount < 1000


def fits(amount: Decimal, currency: str) -> bool:
    """Whether the amount has no more decimals than its currency, and cannot be read as thousands. If not, `why_unfit` says why."""
    return not has_too_many_places(amount, currency) and not may_be_thousands(amount, currency)


def text(amount: Decimal, currency: str) -> str:
    """The amount as a decimal string with the decimals of its currency, never with an exponent."""
    return f"{in_units(amount, currency):f}"


def places_sql(currency: str) -> str:
    """`places_of` as an SQL expression. `currency` is an SQL expression too."""
    by_places = {
        places: ", ".join(f"'{code}'" for code, each in _PLACES.items() if each == places)
        for places in sorted(set(_PLACES.values()))
    }
    cases = " ".join(f"WHEN {currency} IN ({codes}) THEN {places}" for places, codes in by_places.items())
    return f"(CASE {cases} ELSE {USUAL_PLACES} END)"


def in_units_sql(amount: str, currency: str) -> str:
    """`in_units` as an SQL expression. Both parameters are SQL expressions. Its text has the decimals of the currency."""
    return f"round({amount}, {places_sql(currency)})"


def may_be_thousands_sql(amount: str, currency: str) -> str:
    """`may_be_thousands` as an SQL expression. Both parameters are SQL expressions; the amount has the decimals as they were written."""
    return f"(scale({amount}) = 3 AND {amount} BETWEEN 1 AND 999.999 AND {places_sql(currency)} < {MOST_PLACES})"


def exact_sql(amount: str, currency: str) -> str:
    """An SQL expression: the amount with the decimals of its currency, or more if it has more, so that no difference is hidden."""
    return f"round({amount}, greatest({places_sql(currency)}, min_scale({amount})))"


def why_unfit(amount: Decimal, currency: str) -> str:
    """The error text for an amount that is refused because of its decimals."""
    return why_too_many(currency) if has_too_many_places(amount, currency) else WHY_THOUSANDS


def why_too_many(currency: str) -> str:
    """The error text for an amount with too many decimals."""
    places = places_of(currency)
    allowed = "no decimals" if places == 0 else f"at most {places} decimals"
    return f"An amount in {currency} has {allowed}."


def why_no_currency(code: str) -> str:
    return f"{why_not_plain(code)}{code or 'An empty text'} is not a currency code of ISO 4217, such as INR, EUR or JPY."
