"""Our own additions to the data sets of airports and cities: what is missing there, or not decided. Names are folded (`core/places/folding.py`)."""

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

NAMES: Final[dict[str, str]] = {
    # airports that people name without their city
    "heathrow": "LHR",
    "gatwick": "LGW",
    "stansted": "STN",
    "luton": "LTN",
    "haneda": "HND",
    "narita": "NRT",
    "newark": "EWR",
    "incheon": "ICN",
    "gimpo": "GMP",
    "suvarnabhumi": "BKK",
    "don mueang": "DMK",
    "malpensa": "MXP",
    "linate": "LIN",
    "guarulhos": "GRU",
    "congonhas": "CGH",
    "kansai": "KIX",
    "itami": "ITM",
    "sheremetyevo": "SVO",
    "domodedovo": "DME",
    "vnukovo": "VKO",
    "mopa": "GOX",
    # India
    "bagdogra": "IXB",
    "vizag": "VTZ",
    "vishakhapatnam": "VTZ",
    "trichy": "TRZ",
    "trivandrum": "TRV",
    "puducherry": "PNY",
    # islands and countries whose name people write instead of the city with the airport
    "andaman": "IXZ",
    "andaman islands": "IXZ",
    "anguilla": "AXA",
    "antigua": "ANU",
    "aruba": "AUA",
    "bahrain": "BAH",
    "bali": "DPS",
    "barbados": "BGI",
    "bermuda": "BDA",
    "bonaire": "BON",
    "boracay": "MPH",
    "corsica ajaccio": "AJA",
    "curacao": "CUR",
    "dominica": "DOM",
    "easter island": "IPC",
    "falkland islands": "MPN",
    "faroe islands": "FAE",
    "fuerteventura": "FUE",
    "gran canaria": "LPA",
    "grand cayman": "GCM",
    "gotland": "VBY",
    "grenada": "GND",
    "guadeloupe": "PTP",
    "guam": "GUM",
    "ibiza": "IBZ",
    "jeju": "CJU",
    "kauai": "LIH",
    "koh samui": "USM",
    "kuwait": "KWI",
    "ladakh": "IXL",
    "lanzarote": "ACE",
    "langkawi": "LGK",
    "lombok": "LOP",
    "los cabos": "SJD",
    "madeira": "FNC",
    "mahe": "SEZ",
    "majorca": "PMI",
    "mallorca": "PMI",
    "malta": "MLA",
    "martinique": "FDF",
    "maui": "OGG",
    "mauritius": "MRU",
    "mayotte": "DZA",
    "menorca": "MAH",
    "minorca": "MAH",
    "oahu": "HNL",
    "okinawa": "OKA",
    "orkney": "KOI",
    "penang": "PEN",
    "philipsburg": "SXM",
    "phuket": "HKT",
    "rapa nui": "IPC",
    "reunion": "RUN",
    "roseau": "DOM",
    "saint barthelemy": "SBH",
    "saint croix": "STX",
    "saint kitts": "SKB",
    "saint maarten": "SXM",
    "saint thomas": "STT",
    "saint vincent": "SVD",
    "sal": "SID",
    "santorini": "JTR",
    "seychelles": "SEZ",
    "shetland": "LSI",
    "sint maarten": "SXM",
    "svalbard": "LYR",
    "tahiti": "PPT",
    "terceira": "TER",
    "tobago": "TAB",
    "torshavn": "FAE",
    "zanzibar": "ZNZ",
    # towns that use the airport of another town
    "cabo san lucas": "SJD",
    "thira": "JTR",
    "uluru": "AYQ",
    # other spellings, one letter away from the name in the table
    "addis abeba": "ADD",
    "bagdad": "BGW",
    "cuzco": "CUZ",
    "fez": "FEZ",
    "goeteborg": "GOT",
    "hai phong": "HPH",
    "hanover": "HAJ",
    "jedda": "JED",
    "kharkov": "HRK",
    "khartum": "KRT",
    "lvov": "LWO",
    "macao": "MFM",
    "mascat": "MCT",
    "nanking": "NKG",
    "pusan": "PUS",
    "tangiers": "TNG",
    "teheran": "IKA",
}
"""Names that always mean this airport, whatever else they could mean."""

RETIRED: Final[dict[str, str]] = {
    "ADA": "COV",
    "FBU": "OSL",
    "FRU": "BSZ",
    "PFN": "ECP",
    "PNH": "KTI",
    "REP": "SAI",
    "SXF": "BER",
    "THF": "BER",
    "TSE": "NQZ",
    "TXL": "BER",
    "YXD": "YEG",
}
"""Airport codes that are no longer in use, and the code that replaced each."""

FIRST: Final[dict[str, str]] = {
    "barcelona": "BCN",
    "kochi": "COK",
    "san juan": "SJU",
    "valencia": "VLC",
}
"""Names that mean the city of this airport although others of the same name are as large. The others still count as rivals (`Meaning.rivals`)."""
OPEN: Final = ("durham", "hamilton", "salem", "san jose", "trinidad", "victoria")
"""Names that several well-known cities have: the name alone never means one of them, whatever their populations."""
NOT_CALLED: Final = (("victoria", "HK"),)
"""Names in the table of cities that nobody uses for the city in this country: pairs of name and country."""
WITH_ACCENT: Final[dict[str, str]] = {"san josé": "SJO"}
"""Names in lower case that mean one airport only when they are written with the accent, because without it they are the name of other cities."""

CITIES: Final[dict[str, str]] = {
    "BEG": "Belgrade",
    "COK": "Kochi",
    "DEL": "New Delhi",
    "DPS": "Denpasar",
    "FRA": "Frankfurt",
    "GOI": "Goa",
    "GOX": "Goa",
    "IST": "Istanbul",
    "IXB": "Bagdogra",
    "NAG": "Nagpur",
    "YVR": "Vancouver",
    "YYZ": "Toronto",
}
"""Better city names where the registry's spelling is not the usual one."""
