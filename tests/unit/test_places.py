"""The meaning of texts for places, at the end of a flight and in a search."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from core.places import registry, route, wanted
from core.places.route import PlaceFaultCode
from tests.support.places import fault_of
from tests.support.world_cities import ONE_AIRPORT, SEVERAL_AIRPORTS, SEVERAL_CITIES


def code_of(text: str, other: str = "Mumbai") -> str | None:
    """The airport that a flight goes from."""
    return route.read(text, other).source.code


def candidates_of(text: str, other: str = "Mumbai") -> set[str]:
    fault = fault_of(text, other)
    assert fault.code is PlaceFaultCode.AMBIGUOUS
    assert all(place.iata in fault.message for place in fault.candidates[: route.LISTED])
    return {place.iata for place in fault.candidates}


@pytest.mark.parametrize("name", ONE_AIRPORT)
def test_a_large_city_of_the_world_is_its_airport(name: str) -> None:
    assert code_of(name, "Colombo") == ONE_AIRPORT[name] or name == "Colombo"


def test_the_table_of_cities_is_a_large_one() -> None:
    assert len(ONE_AIRPORT) + len(SEVERAL_AIRPORTS) >= 400
    assert {registry.airport(code) is None for code in ONE_AIRPORT.values()} == {False}


@pytest.mark.parametrize("name", SEVERAL_AIRPORTS)
def test_a_city_of_several_airports_is_none_of_them_and_a_search_for_all(name: str) -> None:
    assert candidates_of(name) >= set(SEVERAL_AIRPORTS[name])
    assert set(wanted.read(name, "Mumbai").source.keys) >= set(SEVERAL_AIRPORTS[name])


@pytest.mark.parametrize("name", SEVERAL_CITIES)
def test_a_name_of_several_cities_is_refused_with_all_of_them(name: str) -> None:
    assert candidates_of(name) >= set(SEVERAL_CITIES[name])
    with pytest.raises(Invalid) as refused:
        wanted.read(name, "Mumbai")
    assert refused.value.data["errors"][0]["code"] == "ambiguous_place"
    assert {each["iata"] for each in refused.value.data["errors"][0]["candidates"]} >= set(SEVERAL_CITIES[name])


@pytest.mark.parametrize(
    ("text", "iata"),
    [
        ("GOA", "GOA"),  # Genoa
        ("NAN", "NAN"),  # Nadi
        ("PAU", "PAU"),  # Pauk
        ("NAT", "NAT"),  # Natal, whose code is also what programs write for a missing time
        ("NON", "NON"),
        ("SAL", "SAL"),  # San Salvador
        ("APF", "APF"),
        ("BKK", "BKK"),  # also the code of the metropolitan area
        (" DEL ", "DEL"),
        ("Nan", "NNT"),
        ("Pau", "PUF"),
        ("Sal", "SID"),
        ("Naples", "NAP"),
        ("Kingston", "KIN"),
        ("St Petersburg", "LED"),
        ("St. Petersburg", "LED"),
        ("Medellín", "MDE"),
        ("La Paz", "LPB"),
        ("San José", "SJO"),
        ("SAN JOSÉ", "SJO"),
        # letters that Unicode does not take apart, and apostrophes of every kind
        ("Wroclaw", "WRO"),
        ("Wrocław", "WRO"),
        ("Łódź", "LCJ"),
        ("Tromsø", "TOS"),
        ("Diyarbakır", "DIY"),
        ("DİYARBAKIR", "DIY"),
        ("Đà Nẵng", "DAD"),
        ("Xi’an", "XIY"),
        ("N‘Djamena", "NDJ"),
        ("Port–au–Prince", "PAP"),
        ("Zuerich", "ZRH"),
        # other names, former names, other scripts
        ("Bombay", "BOM"),
        ("Kiev", "KBP"),
        ("Nur-Sultan", "NQZ"),
        ("Leningrad", "LED"),
        ("Saigon", "SGN"),
        ("Firenze", "FLR"),
        ("Санкт-Петербург", "LED"),
        ("দিল্লি", "DEL"),
        # airports by their names, and a city with its airport, its code or its country
        ("Heathrow", "LHR"),
        ("Indira Gandhi International Airport", "DEL"),
        ("Paris Charles de Gaulle", "CDG"),
        ("Chicago O'Hare", "ORD"),
        ("New York JFK", "JFK"),
        ("London (LGW)", "LGW"),
        ("GOX - Goa", "GOX"),
        ("Portland, Maine", "PWM"),
        ("Birmingham, USA", "BHM"),
        ("San Jose, Costa Rica", "SJO"),
        ("London, Ontario", "YXU"),
        # islands, towns that fly from the airport of another one, and spellings of other languages
        ("Kauai", "LIH"),
        ("Maui", "OGG"),
        ("St. Thomas", "STT"),
        ("St. Maarten", "SXM"),
        ("Shetland", "LSI"),
        ("Réunion", "RUN"),
        ("Tórshavn", "FAE"),
        ("Cabo San Lucas", "SJD"),
        ("Roseau", "DOM"),
        ("Bagdad", "BGW"),
        ("Kharkov", "HRK"),
        ("Teheran", "IKA"),
        ("Addis Abeba", "ADD"),
        ("Goeteborg", "GOT"),
        ("Paris, Texas", "PRX"),
        ("Frankfort, Kentucky", "FFT"),
        # as large languages call cities, although it looks like a slip of the finger
        ("Lisboa", "LIS"),
        ("Kairo", "CAI"),
        ("Kopenhagen", "CPH"),
        ("Luxemburg", "LUX"),
        ("Beograd", "BEG"),
        ("Katmandu", "KTM"),
        ("Brüssel", "BRU"),
        ("Taipeh", "TPE"),
        ("Basle", "BSL"),
        ("Marseilles", "MRS"),
        ("Lyons", "LYS"),
        ("Oporto", "OPO"),
        ("Rhodos", "RHO"),
        ("Tanger", "TNG"),
        ("Djakarta", "CGK"),
        ("Åbo", "TKU"),
        # cities whose airport is called after another one
        ("Gijón", "OVD"),
        ("Charleroi", "CRL"),
        ("Biarritz", "BIQ"),
        ("Bodrum", "BJV"),
        ("Fort Worth", "DFW"),
        ("The Hague", "RTM"),
        ("Pattaya", "UTP"),
        ("Gurugram", "DEL"),
        # names that other cities have too, which are far smaller or less flown to
        ("Queenstown", "ZQN"),
        ("Valencia", "VLC"),
        ("Canton", "CAN"),
        ("Smyrna", "ADB"),
        ("Belize", "BZE"),
        ("Al Madinah", "MED"),
        ("Lérida", "ILD"),
    ],
)
def test_a_word_means_one_airport(text: str, iata: str) -> None:
    assert code_of(text) == iata


@pytest.mark.parametrize(
    ("text", "other", "iata"),
    [
        ("San Jose", "Los Angeles", "SJC"),
        ("San Jose", "Liberia", "SJO"),
        ("Victoria", "Vancouver", "YYJ"),
        ("Hamilton", "Auckland", "HLZ"),
        ("Newcastle", "Sydney", "NTL"),
        ("Salem", "Delhi", "SXV"),
        ("Salem", "Sydney", None),
        ("Trinidad", "Havana", "TND"),
        ("Trinidad", "Heathrow", None),
        ("Durham", "Atlanta", "RDU"),
        ("Durham", "Paris Orly", None),
        ("Newcastle", "Heathrow", "NCL"),
        ("Kochi", "Haneda", None),  # by itself it is the one in India; somebody in Japan means the other
        ("Birmingham", "Atlanta", None),
        ("Birmingham", "Delhi", "BHX"),
        ("Melbourne", "Atlanta", "MEL"),
    ],
)
def test_a_name_of_several_cities_is_the_one_in_the_country_of_the_other_end(text: str, other: str, iata: str | None) -> None:
    assert code_of(text, other) == iata
    assert route.read(other, text).destination.code == iata


@pytest.mark.parametrize(
    ("text", "candidate"),
    [
        ("Messina", "MSS"),  # a former name of Massena, and a city in Sicily without an airport
        ("Siracusa", "SYR"),
        ("San Miguel", "SAN"),
        ("St. Paul", "ADQ"),
        ("Jalalabad", "ZYL"),
        ("Thai Nguyen", "TYN"),
        ("Tay Ninh", "XNN"),
        ("Kita", "UIO"),
        ("Gera", "QGY"),
        ("Hagen", "HGU"),
        ("Springs", "ASP"),
        ("Antioch", "HTY"),
        ("Petrópolis", "LED"),
        ("Concordia", "ELP"),
        ("Milton", "MCI"),
        ("Northampton", "ABE"),
        ("Bradford", "BFD"),
        ("Manhattan", "MHK"),
        ("Portsmouth", "PSM"),
        ("Lancaster", "LNS"),
        ("Yichun", "LDS"),
        ("Scarborough", "TAB"),
        ("Santa Fe", "SAF"),
        ("St. John's", "ANU"),
    ],
)
def test_a_name_of_a_larger_city_without_an_airport_is_refused(text: str, candidate: str) -> None:
    assert candidate in candidates_of(text)
    with pytest.raises(Invalid):
        wanted.read(text, "Mumbai")


@pytest.mark.parametrize(("text", "iata"), [("Bradford, US", "BFD"), ("Manhattan, Kansas", "MHK"), ("Portsmouth (PSM)", "PSM")])
def test_its_country_state_or_code_makes_such_a_name_clear(text: str, iata: str | None) -> None:
    assert code_of(text) == iata


@pytest.mark.parametrize("text", ["LON", "NYC", "PAR", "TYO", "London", "new york", "Goa", "Москва", "Peking"])
def test_a_metropolitan_area_is_no_end_of_a_flight(text: str) -> None:
    assert len(candidates_of(text)) > 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Dehli", "DEL"),
        ("Mumbia", "BOM"),
        ("Lodnon", "LHR"),
        ("Banglore", "BLR"),
        ("del", "DEL"),
        ("Lhr", "LHR"),
        ("TSE", "NQZ"),
        ("FRU", "BSZ"),
        ("TXL", "BER"),
        ("PNH", "KTI"),
    ],
)
def test_a_misspelt_name_a_lower_case_code_and_a_retired_code_are_refused_with_a_suggestion(text: str, named: str) -> None:
    fault = fault_of(text)
    assert fault.code is PlaceFaultCode.UNKNOWN
    assert named in fault.message
    assert named in [place.iata for place in fault.candidates]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("LON", ("LHR", "LGW", "STN", "LTN", "LCY", "SEN")),
        ("Goa", ("GOI", "GOX")),
        ("GOA", ("GOA",)),
        ("del", ("DEL",)),  # who asks may write a code in any case, where it is the name of nothing
        ("nan", ("NNT",)),
        ("TSE", ("NQZ",)),
        ("Dubai", ("DXB", "DWC")),
        ("Atlantis  Harbour", ("atlantis harbour",)),
    ],
)
def test_a_search_means_all_airports_of_a_city(text: str, keys: tuple[str, ...]) -> None:
    assert wanted.read(text, "Mumbai").source.keys == keys


@pytest.mark.parametrize(
    ("text", "candidate"),
    [
        ("Frankfort", "FFT"),
        ("Kinston", "ISO"),
        ("Houlton", "HUL"),
        ("Pampa", "PPA"),
        ("Satna", "TNI"),
        ("Sevastopol", "UKS"),
        ("Nicosia", "ECN"),
        ("Stanley", "PSY"),
    ],
)
def test_an_airfield_without_airline_flights_is_found_by_its_code_only(text: str, candidate: str) -> None:
    """Otherwise a misspelt Frankfurt would become an airfield in Kentucky without an error."""
    fault = route.read(text, "DXB").source.fault
    assert fault is not None
    assert fault.code is PlaceFaultCode.AMBIGUOUS
    assert candidate in [place.iata for place in fault.candidates]


@pytest.mark.parametrize(("text", "keys"), [("lon", 6), ("tyo", 2), ("tse", 1), ("del", 1), ("Frankfort", 1)])
def test_who_searches_may_write_every_code_in_any_case(text: str, keys: int) -> None:
    assert len(wanted.read(text, "DXB").source.keys) == keys
    assert wanted.read(text, "DXB").source.known
