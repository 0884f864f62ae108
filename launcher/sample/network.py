"""The network of the sample schedule: cities, airlines and connections. For cities with several airports, the name is that of an airport. A test
checks that each name means one airport.

The weight of a city says how many flights it has, from 1 (a few each day) to 10.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MAJOR_INDIA: Final = {
    "Delhi": 10,
    "Mumbai": 10,
    "Bangalore": 9,
    "Hyderabad": 8,
    "Chennai": 7,
    "Kolkata": 7,
    "Pune": 5,
    "Ahmedabad": 5,
    "Goa Dabolim": 5,
    "Kochi": 4,
    "Jaipur": 4,
    "Lucknow": 4,
}
"""City -> weight. Each pair of these cities has several flights a day."""

OTHER_INDIA: Final = {
    "Guwahati": 4,
    "Patna": 4,
    "Bhubaneswar": 3,
    "Indore": 3,
    "Nagpur": 3,
    "Varanasi": 3,
    "Chandigarh": 3,
    "Srinagar": 3,
    "Coimbatore": 3,
    "Trivandrum": 3,
    "Visakhapatnam": 3,
    "Amritsar": 2,
    "Mangalore": 2,
    "Bagdogra": 2,
    "Ranchi": 2,
    "Raipur": 2,
    "Bhopal": 2,
    "Udaipur": 2,
    "Madurai": 2,
    "Surat": 2,
    "Vadodara": 2,
    "Dehradun": 2,
    "Port Blair": 1,
    "Leh": 1,
}
HUBS_INDIA: Final = ("Delhi", "Mumbai", "Bangalore", "Kolkata", "Hyderabad", "Chennai")
"""Each of the other cities is connected with the first three, and with the two that are nearest."""


class Abroad(NamedTuple):
    """A city outside India. `airline`: the airline of its country. `indian`: the cities in India that it is connected with, the busiest first."""

    weight: int
    airline: str
    indian: tuple[str, ...]


_METROS = ("Delhi", "Mumbai", "Bangalore", "Hyderabad", "Chennai", "Kolkata")
_GULF = ("Mumbai", "Delhi", "Kochi", "Hyderabad", "Chennai", "Bangalore")
_SOUTH = ("Chennai", "Bangalore", "Mumbai", "Delhi")
_TWO = ("Delhi", "Mumbai")

ABROAD: Final = {
    # the Gulf and the Middle East
    "Dubai": Abroad(
        9, "EK", (*_GULF, "Ahmedabad", "Kolkata", "Pune", "Goa Dabolim", "Trivandrum", "Lucknow", "Jaipur", "Amritsar")
    ),
    "Abu Dhabi": Abroad(6, "EY", (*_GULF, "Ahmedabad", "Kolkata", "Trivandrum")),
    "Doha": Abroad(7, "QR", (*_GULF, "Ahmedabad", "Goa Dabolim", "Amritsar")),
    "Riyadh": Abroad(5, "SV", ("Delhi", "Mumbai", "Hyderabad", "Kochi")),
    "Jeddah": Abroad(5, "SV", ("Mumbai", "Delhi", "Hyderabad", "Kochi")),
    "Muscat": Abroad(4, "WY", ("Mumbai", "Kochi", "Hyderabad", "Chennai")),
    "Kuwait": Abroad(4, "KU", ("Mumbai", "Kochi", "Delhi", "Chennai")),
    "Bahrain": Abroad(3, "GF", ("Mumbai", "Delhi", "Kochi")),
    "Istanbul Airport": Abroad(6, "TK", _TWO),
    "Cairo": Abroad(3, "MS", ("Mumbai", "Delhi")),
    # Europe
    "London Heathrow": Abroad(
        9, "BA", ("Delhi", "Mumbai", "Bangalore", "Hyderabad", "Chennai", "Ahmedabad", "Amritsar", "Goa Dabolim")
    ),
    "Paris Charles de Gaulle": Abroad(7, "AF", ("Delhi", "Mumbai", "Bangalore")),
    "Frankfurt": Abroad(7, "LH", ("Delhi", "Mumbai", "Bangalore", "Chennai", "Hyderabad")),
    "Munich": Abroad(5, "LH", ("Delhi", "Mumbai", "Bangalore")),
    "Amsterdam": Abroad(6, "KL", ("Delhi", "Mumbai", "Bangalore")),
    "Zurich": Abroad(4, "LX", _TWO),
    "Vienna": Abroad(3, "OS", ("Delhi",)),
    "Rome": Abroad(3, "AZ", ("Delhi",)),
    "Milan Malpensa": Abroad(3, "AZ", ("Delhi",)),
    "Madrid": Abroad(3, "IB", ("Delhi",)),
    "Barcelona": Abroad(3, "VY", ()),
    "Lisbon": Abroad(3, "TP", ()),
    "Copenhagen": Abroad(3, "SK", ("Delhi",)),
    "Stockholm": Abroad(3, "SK", ()),
    "Oslo": Abroad(2, "DY", ()),
    "Helsinki": Abroad(3, "AY", ("Delhi",)),
    "Brussels": Abroad(3, "SN", ()),
    "Dublin": Abroad(3, "EI", ()),
    "Manchester": Abroad(3, "BA", ("Mumbai",)),
    "Athens": Abroad(3, "A3", ()),
    "Warsaw": Abroad(3, "LO", ("Delhi",)),
    "Prague": Abroad(2, "QS", ()),
    "Belgrade": Abroad(2, "JU", ()),
    # the Americas
    "New York JFK": Abroad(8, "AA", ("Delhi", "Mumbai")),
    "Washington Dulles": Abroad(4, "UA", ("Delhi",)),
    "Chicago O'Hare": Abroad(5, "UA", ("Delhi",)),
    "San Francisco": Abroad(5, "UA", ("Delhi", "Mumbai", "Bangalore")),
    "Los Angeles": Abroad(5, "AA", ()),
    "Boston": Abroad(3, "DL", ()),
    "Miami": Abroad(3, "AA", ()),
    "Toronto": Abroad(5, "AC", ("Delhi", "Mumbai")),
    "Vancouver": Abroad(3, "AC", ("Delhi",)),
    "Sao Paulo Guarulhos": Abroad(3, "LA", ()),
    # Asia and the Pacific
    "Singapore": Abroad(8, "SQ", (*_SOUTH, "Hyderabad", "Kolkata", "Kochi", "Ahmedabad")),
    "Bangkok Suvarnabhumi": Abroad(7, "TG", (*_METROS, "Ahmedabad", "Lucknow", "Bhubaneswar")),
    "Phuket": Abroad(4, "TG", ("Mumbai", "Delhi", "Bangalore")),
    "Kuala Lumpur": Abroad(6, "MH", (*_SOUTH, "Hyderabad", "Kochi", "Kolkata")),
    "Jakarta": Abroad(4, "GA", ("Mumbai",)),
    "Denpasar": Abroad(4, "GA", ("Delhi", "Bangalore")),
    "Hanoi": Abroad(4, "VN", ("Delhi", "Kolkata")),
    "Ho Chi Minh City": Abroad(4, "VN", ("Mumbai", "Delhi")),
    "Manila": Abroad(4, "PR", ("Delhi",)),
    "Hong Kong": Abroad(7, "CX", ("Delhi", "Mumbai", "Bangalore")),
    "Tokyo Narita": Abroad(7, "NH", ("Delhi", "Mumbai", "Bangalore")),
    "Osaka Kansai": Abroad(4, "NH", ()),
    "Seoul Incheon": Abroad(6, "KE", ("Delhi", "Mumbai")),
    "Shanghai Pudong": Abroad(6, "MU", ("Delhi", "Mumbai")),
    "Beijing Capital": Abroad(5, "CA", ("Delhi",)),
    "Taipei": Abroad(4, "CI", ("Delhi",)),
    "Sydney": Abroad(5, "QF", ("Bangalore", "Delhi")),
    "Melbourne": Abroad(5, "QF", ("Delhi", "Mumbai")),
    "Perth": Abroad(3, "QF", ()),
    "Auckland": Abroad(3, "NZ", ()),
    "Colombo": Abroad(4, "UL", ("Chennai", "Bangalore", "Mumbai", "Delhi", "Hyderabad")),
    "Male": Abroad(3, "Q2", ("Mumbai", "Bangalore", "Delhi", "Kochi")),
    "Kathmandu": Abroad(4, "RA", ("Delhi", "Mumbai", "Kolkata", "Bangalore", "Varanasi")),
    "Dhaka": Abroad(4, "BG", ("Kolkata", "Delhi", "Chennai", "Mumbai")),
    "Tashkent": Abroad(2, "HY", _TWO),
    "Baku": Abroad(2, "J2", _TWO),
    "Almaty": Abroad(2, "KC", ("Delhi",)),
    # Africa
    "Nairobi": Abroad(4, "KQ", ("Mumbai", "Delhi")),
    "Addis Ababa": Abroad(4, "ET", ("Mumbai", "Delhi", "Bangalore", "Chennai")),
    "Johannesburg": Abroad(4, "SA", ()),
    "Mauritius": Abroad(2, "MK", ("Mumbai", "Delhi")),
}

HUBS_ABROAD: Final = {
    "Dubai": ("London Heathrow", "Paris Charles de Gaulle", "Frankfurt", "New York JFK", "Singapore", "Bangkok Suvarnabhumi", "Sydney", "Nairobi", "Johannesburg", "Manchester", "Istanbul Airport", "Male", "Sao Paulo Guarulhos"),
    "Doha": ("London Heathrow", "Paris Charles de Gaulle", "Madrid", "New York JFK", "Bangkok Suvarnabhumi", "Singapore", "Melbourne", "Athens", "Washington Dulles", "Addis Ababa"),
    "Abu Dhabi": ("London Heathrow", "Paris Charles de Gaulle", "New York JFK", "Bangkok Suvarnabhumi", "Manchester", "Toronto"),
    "Istanbul Airport": ("London Heathrow", "Paris Charles de Gaulle", "New York JFK", "Belgrade", "Tashkent", "Cairo", "Baku", "Almaty"),
    "London Heathrow": ("New York JFK", "Paris Charles de Gaulle", "Frankfurt", "Dublin", "Amsterdam", "Madrid", "Lisbon", "Athens", "Chicago O'Hare", "Los Angeles", "Toronto", "Boston", "Miami", "Singapore", "Johannesburg", "Stockholm", "Oslo"),
    "Frankfurt": ("New York JFK", "Paris Charles de Gaulle", "Munich", "Vienna", "Rome", "Barcelona", "Prague", "Warsaw", "Chicago O'Hare", "San Francisco", "Singapore", "Shanghai Pudong", "Belgrade", "Brussels"),
    "Singapore": ("Bangkok Suvarnabhumi", "Kuala Lumpur", "Jakarta", "Denpasar", "Hong Kong", "Tokyo Narita", "Sydney", "Melbourne", "Perth", "Manila", "Ho Chi Minh City", "Auckland", "Colombo"),
    "Hong Kong": ("Tokyo Narita", "Osaka Kansai", "Seoul Incheon", "Shanghai Pudong", "Beijing Capital", "Taipei", "Bangkok Suvarnabhumi", "Manila", "San Francisco", "Sydney"),
    "New York JFK": ("Boston", "Chicago O'Hare", "Los Angeles", "San Francisco", "Miami", "Toronto", "Washington Dulles", "Paris Charles de Gaulle", "Sao Paulo Guarulhos"),
}  # fmt: skip

CITIES: Final = (*MAJOR_INDIA, *OTHER_INDIA, *ABROAD)

DOMESTIC_AIRLINES: Final = {"6E": 55, "AI": 25, "QP": 10, "SG": 10}
"""Airline code -> share of the flights within India, in percent."""
FLAG: Final = "AI"
LOW_COST_ABROAD: Final = "IX"


class Aircraft(NamedTuple):
    """`speed`: km/h in cruise. `ground`: minutes for taxi, climb and approach. `cabin`: its name in `core/seats/cabins/catalogue.py`."""

    cabin: str
    seats: int
    speed: int
    ground: int


TURBOPROP: Final = (Aircraft("DH8D-78", 78, 480, 25), Aircraft("AT72-72", 72, 480, 25))
NARROW: Final = (
    Aircraft("A320-180", 180, 780, 32),
    Aircraft("A320-186", 186, 780, 32),
    Aircraft("B738-189", 189, 780, 32),
    Aircraft("A321-222", 222, 780, 35),
    Aircraft("A321-232", 232, 780, 35),
)
WIDE: Final = (
    Aircraft("B788-256", 256, 870, 42),
    Aircraft("A332-277", 277, 860, 42),
    Aircraft("A333-296", 296, 880, 42),
    Aircraft("B789-316", 316, 880, 45),
    Aircraft("B77W-354", 354, 880, 45),
)
