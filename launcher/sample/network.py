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


class ForeignCity(NamedTuple):
    """A city outside India. `airline`: the airline of its country. `indian`: the cities in India that it is connected with, the busiest first."""

    weight: int
    airline: str
    indian: tuple[str, ...]


_METROS = ("Delhi", "Mumbai", "Bangalore", "Hyderabad", "Chennai", "Kolkata")
_GULF = ("Mumbai", "Delhi", "Kochi", "Hyderabad", "Chennai", "Bangalore")
_SOUTH = ("Chennai", "Bangalore", "Mumbai", "Delhi")
_DELHI_AND_MUMBAI = ("Delhi", "Mumbai")

ABROAD: Final = {
    # the Gulf and the Middle East
    "Dubai": ForeignCity(
        9, "EK", (*_GULF, "Ahmedabad", "Kolkata", "Pune", "Goa Dabolim", "Trivandrum", "Lucknow", "Jaipur", "Amritsar")
    ),
    "Abu Dhabi": ForeignCity(6, "EY", (*_GULF, "Ahmedabad", "Kolkata", "Trivandrum")),
    "Doha": ForeignCity(7, "QR", (*_GULF, "Ahmedabad", "Goa Dabolim", "Amritsar")),
    "Riyadh": ForeignCity(5, "SV", ("Delhi", "Mumbai", "Hyderabad", "Kochi")),
    "Jeddah": ForeignCity(5, "SV", ("Mumbai", "Delhi", "Hyderabad", "Kochi")),
    "Muscat": ForeignCity(4, "WY", ("Mumbai", "Kochi", "Hyderabad", "Chennai")),
    "Kuwait": ForeignCity(4, "KU", ("Mumbai", "Kochi", "Delhi", "Chennai")),
    "Bahrain": ForeignCity(3, "GF", ("Mumbai", "Delhi", "Kochi")),
    "Istanbul Airport": ForeignCity(6, "TK", _DELHI_AND_MUMBAI),
    "Cairo": ForeignCity(3, "MS", ("Mumbai", "Delhi")),
    # Europe
    "London Heathrow": ForeignCity(
        9, "BA", ("Delhi", "Mumbai", "Bangalore", "Hyderabad", "Chennai", "Ahmedabad", "Amritsar", "Goa Dabolim")
    ),
    "Paris Charles de Gaulle": ForeignCity(7, "AF", ("Delhi", "Mumbai", "Bangalore")),
    "Frankfurt": ForeignCity(7, "LH", ("Delhi", "Mumbai", "Bangalore", "Chennai", "Hyderabad")),
    "Munich": ForeignCity(5, "LH", ("Delhi", "Mumbai", "Bangalore")),
    "Amsterdam": ForeignCity(6, "KL", ("Delhi", "Mumbai", "Bangalore")),
    "Zurich": ForeignCity(4, "LX", _DELHI_AND_MUMBAI),
    "Vienna": ForeignCity(3, "OS", ("Delhi",)),
    "Rome": ForeignCity(3, "AZ", ("Delhi",)),
    "Milan Malpensa": ForeignCity(3, "AZ", ("Delhi",)),
    "Madrid": ForeignCity(3, "IB", ("Delhi",)),
    "Barcelona": ForeignCity(3, "VY", ()),
    "Lisbon": ForeignCity(3, "TP", ()),
    "Copenhagen": ForeignCity(3, "SK", ("Delhi",)),
    "Stockholm": ForeignCity(3, "SK", ()),
    "Oslo": ForeignCity(2, "DY", ()),
    "Helsinki": ForeignCity(3, "AY", ("Delhi",)),
    "Brussels": ForeignCity(3, "SN", ()),
    "Dublin": ForeignCity(3, "EI", ()),
    "Manchester": ForeignCity(3, "BA", ("Mumbai",)),
    "Athens": ForeignCity(3, "A3", ()),
    "Warsaw": ForeignCity(3, "LO", ("Delhi",)),
    "Prague": ForeignCity(2, "QS", ()),
    "Belgrade": ForeignCity(2, "JU", ()),
    # the Americas
    "New York JFK": ForeignCity(8, "AA", ("Delhi", "Mumbai")),
    "Washington Dulles": ForeignCity(4, "UA", ("Delhi",)),
    "Chicago O'Hare": ForeignCity(5, "UA", ("Delhi",)),
    "San Francisco": ForeignCity(5, "UA", ("Delhi", "Mumbai", "Bangalore")),
    "Los Angeles": ForeignCity(5, "AA", ()),
    "Boston": ForeignCity(3, "DL", ()),
    "Miami": ForeignCity(3, "AA", ()),
    "Toronto": ForeignCity(5, "AC", ("Delhi", "Mumbai")),
    "Vancouver": ForeignCity(3, "AC", ("Delhi",)),
    "Sao Paulo Guarulhos": ForeignCity(3, "LA", ()),
    # Asia and the Pacific
    "Singapore": ForeignCity(8, "SQ", (*_SOUTH, "Hyderabad", "Kolkata", "Kochi", "Ahmedabad")),
    "Bangkok Suvarnabhumi": ForeignCity(7, "TG", (*_METROS, "Ahmedabad", "Lucknow", "Bhubaneswar")),
    "Phuket": ForeignCity(4, "TG", ("Mumbai", "Delhi", "Bangalore")),
    "Kuala Lumpur": ForeignCity(6, "MH", (*_SOUTH, "Hyderabad", "Kochi", "Kolkata")),
    "Jakarta": ForeignCity(4, "GA", ("Mumbai",)),
    "Denpasar": ForeignCity(4, "GA", ("Delhi", "Bangalore")),
    "Hanoi": ForeignCity(4, "VN", ("Delhi", "Kolkata")),
    "Ho Chi Minh City": ForeignCity(4, "VN", ("Mumbai", "Delhi")),
    "Manila": ForeignCity(4, "PR", ("Delhi",)),
    "Hong Kong": ForeignCity(7, "CX", ("Delhi", "Mumbai", "Bangalore")),
    "Tokyo Narita": ForeignCity(7, "NH", ("Delhi", "Mumbai", "Bangalore")),
    "Osaka Kansai": ForeignCity(4, "NH", ()),
    "Seoul Incheon": ForeignCity(6, "KE", ("Delhi", "Mumbai")),
    "Shanghai Pudong": ForeignCity(6, "MU", ("Delhi", "Mumbai")),
    "Beijing Capital": ForeignCity(5, "CA", ("Delhi",)),
    "Taipei": ForeignCity(4, "CI", ("Delhi",)),
    "Sydney": ForeignCity(5, "QF", ("Bangalore", "Delhi")),
    "Melbourne": ForeignCity(5, "QF", ("Delhi", "Mumbai")),
    "Perth": ForeignCity(3, "QF", ()),
    "Auckland": ForeignCity(3, "NZ", ()),
    "Colombo": ForeignCity(4, "UL", ("Chennai", "Bangalore", "Mumbai", "Delhi", "Hyderabad")),
    "Male": ForeignCity(3, "Q2", ("Mumbai", "Bangalore", "Delhi", "Kochi")),
    "Kathmandu": ForeignCity(4, "RA", ("Delhi", "Mumbai", "Kolkata", "Bangalore", "Varanasi")),
    "Dhaka": ForeignCity(4, "BG", ("Kolkata", "Delhi", "Chennai", "Mumbai")),
    "Tashkent": ForeignCity(2, "HY", _DELHI_AND_MUMBAI),
    "Baku": ForeignCity(2, "J2", _DELHI_AND_MUMBAI),
    "Almaty": ForeignCity(2, "KC", ("Delhi",)),
    # Africa
    "Nairobi": ForeignCity(4, "KQ", ("Mumbai", "Delhi")),
    "Addis Ababa": ForeignCity(4, "ET", ("Mumbai", "Delhi", "Bangalore", "Chennai")),
    "Johannesburg": ForeignCity(4, "SA", ()),
    "Mauritius": ForeignCity(2, "MK", ("Mumbai", "Delhi")),
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
FLAG_CARRIER: Final = "AI"
LOW_COST_CARRIER: Final = "IX"


class Aircraft(NamedTuple):
    """`speed_kmh`: in cruise. `extra_minutes`: for taxi, climb and approach. `cabin`: its name in `core/seats/cabins/catalogue.py`."""

    cabin: str
    seats: int
    speed_kmh: int
    extra_minutes: int


TURBOPROP: Final = (Aircraft("DH8D-78", 78, 480, 25), Aircraft("AT72-72", 72, 480, 25))
NARROW_BODY: Final = (
    Aircraft("A320-180", 180, 780, 32),
    Aircraft("A320-186", 186, 780, 32),
    Aircraft("B738-189", 189, 780, 32),
    Aircraft("A321-222", 222, 780, 35),
    Aircraft("A321-232", 232, 780, 35),
)
WIDE_BODY: Final = (
    Aircraft("B788-256", 256, 870, 42),
    Aircraft("A332-277", 277, 860, 42),
    Aircraft("A333-296", 296, 880, 42),
    Aircraft("B789-316", 316, 880, 45),
    Aircraft("B77W-354", 354, 880, 45),
)
