"""Our own list of cities with several airports. Names are folded (`core/places/folding.py`)."""

from __future__ import annotations

from typing import Final, NamedTuple


class City(NamedTuple):
    """A city with several airports. `code`: of the metropolitan area; None if an airport has the same code. `airports`: those with
    airline flights, the busiest first. `clear`: whether a flight to the city means the first airport, because the others have few
    travellers or no international flights.
    """

    code: str | None
    name: str
    country: str
    airports: tuple[str, ...]
    clear: bool


def _city(code: str | None, name: str, country: str, airports: str, *, clear: bool = False) -> City:
    return City(code, name, country, tuple(airports.split()), clear)


SEVERAL_AIRPORTS: Final = (
    _city(None, "adana", "TR", "COV"),
    _city(None, "atlanta", "US", "ATL"),
    _city("ANK", "ankara", "TR", "ESB ANK", clear=True),
    _city(None, "bangkok", "TH", "BKK DMK"),
    _city("BJS", "beijing", "CN", "PEK PKX"),
    _city(None, "belfast", "GB", "BFS BHD"),
    _city("BHZ", "belo horizonte", "BR", "CNF PLU", clear=True),
    _city(None, "brussels", "BE", "BRU CRL", clear=True),
    _city("BUH", "bucharest", "RO", "OTP BBU", clear=True),
    _city("BUE", "buenos aires", "AR", "AEP EZE"),
    _city(None, "cairo", "EG", "CAI SPX", clear=True),
    _city(None, "chengdu", "CN", "TFU CTU"),
    _city("CHI", "chicago", "US", "ORD MDW"),
    _city(None, "columbus", "US", "CMH LCK", clear=True),
    _city(None, "dakar", "SN", "DSS DKR", clear=True),
    _city(None, "dallas", "US", "DFW DAL"),
    _city(None, "dubai", "AE", "DXB DWC", clear=True),
    _city(None, "durham", "US", "RDU"),
    _city(None, "goa", "IN", "GOI GOX"),
    _city(None, "hartford", "US", "BDL HFD", clear=True),
    _city(None, "houston", "US", "IAH HOU"),
    _city(None, "istanbul", "TR", "IST SAW"),
    _city("JKT", "jakarta", "ID", "CGK HLP", clear=True),
    _city(None, "johannesburg", "ZA", "JNB HLA", clear=True),
    _city(None, "kuala lumpur", "MY", "KUL SZB", clear=True),
    _city(None, "kyiv", "UA", "KBP IEV", clear=True),
    _city(None, "leon", "MX", "BJX"),
    _city("LON", "london", "GB", "LHR LGW STN LTN LCY SEN"),
    _city(None, "luanda", "AO", "NBJ LAD"),
    _city(None, "medellin", "CO", "MDE EOH", clear=True),
    _city(None, "melbourne", "AU", "MEL AVV", clear=True),
    _city(None, "mexico city", "MX", "MEX NLU", clear=True),
    _city("MIL", "milan", "IT", "MXP BGY LIN"),
    _city("MOW", "moscow", "RU", "SVO DME VKO ZIA"),
    _city(None, "nagoya", "JP", "NGO NKM", clear=True),
    _city(None, "nairobi", "KE", "NBO WIL", clear=True),
    _city(None, "nicosia", "CY", "LCA ECN"),
    _city("NYC", "new york city", "US", "JFK EWR LGA"),
    _city(None, "noumea", "NC", "NOU GEA", clear=True),
    _city(None, "orlando", "US", "MCO SFB", clear=True),
    _city("OSA", "osaka", "JP", "KIX ITM UKB", clear=True),
    _city(None, "oslo", "NO", "OSL TRF", clear=True),
    _city(None, "panama city", "PA", "PTY BLB PAC", clear=True),
    _city("PAR", "paris", "FR", "CDG ORY"),
    _city(None, "phnom penh", "KH", "KTI"),
    _city("REK", "reykjavik", "IS", "KEF RKV", clear=True),
    _city("RIO", "rio de janeiro", "BR", "GIG SDU", clear=True),
    _city("ROM", "rome", "IT", "FCO CIA", clear=True),
    _city(None, "saint johns", "AG", "ANU"),
    _city(None, "saint lucia", "LC", "UVF SLU"),
    _city(None, "salem", "IN", "SXV"),
    _city(None, "san jose", "CR", "SJO SYQ", clear=True),
    _city("SAO", "sao paulo", "BR", "GRU CGH VCP", clear=True),
    _city("SPK", "sapporo", "JP", "CTS OKD", clear=True),
    _city(None, "seattle", "US", "SEA PAE", clear=True),
    _city("SEL", "seoul", "KR", "ICN GMP"),
    _city(None, "shanghai", "CN", "PVG SHA"),
    _city(None, "stanley", "FK", "MPN PSY"),
    _city("STO", "stockholm", "SE", "ARN BMA", clear=True),
    _city(None, "taipei", "TW", "TPE TSA", clear=True),
    _city(None, "tehran", "IR", "IKA THR", clear=True),
    _city("TCI", "tenerife", "ES", "TFS TFN"),
    _city("TYO", "tokyo", "JP", "HND NRT"),
    _city("YTO", "toronto", "CA", "YYZ YTZ", clear=True),
    _city(None, "venice", "IT", "VCE TSF", clear=True),
    _city(None, "warsaw", "PL", "WAW WMI", clear=True),
    _city(None, "trinidad", "BO", "TDD"),
    _city(None, "trinidad", "TT", "POS"),
    _city(None, "uberlandia", "BR", "UDI"),
    _city(None, "ulyanovsk", "RU", "ULV ULY", clear=True),
    _city(None, "victoria", "SC", "SEZ"),
    _city("WAS", "washington", "US", "DCA IAD"),
    _city(None, "yogyakarta", "ID", "YIA JOG", clear=True),
)
"""A name may be one from the table of cities, whose airports it then replaces, or a new one."""
