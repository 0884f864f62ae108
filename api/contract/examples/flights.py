"""Search, itineraries, and the flights of the schedule."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.ids import ARRIVAL, CANCELLATION, CONNECTION, DEPARTURE, FLIGHT

FLIGHT_VIEW: Final[dict[str, Any]] = {
    "id": FLIGHT,
    "flight_number": "AI-202",
    "source": "Delhi",
    "source_iata": "DEL",
    "source_timezone": "Asia/Kolkata",
    "destination": "Mumbai",
    "destination_iata": "BOM",
    "destination_timezone": "Asia/Kolkata",
    "departure_ts": DEPARTURE,
    "arrival_ts": ARRIVAL,
    "total_seats": 180,
    "available_seats": 42,
    "price": "7500.00",
    "currency": "INR",
    "status": "SCHEDULED",
    "version": 3,
    "cabin": "A320-180",
}
LOWEST: Final = {"price": "7500.00", "currency": "INR"}
ONWARD: Final = {
    **FLIGHT_VIEW,
    "id": CONNECTION,
    "flight_number": "AI-131",
    "source": "Mumbai",
    "source_iata": "BOM",
    "destination": "London",
    "destination_iata": "LHR",
    "destination_timezone": "Europe/London",
    "departure_ts": "2026-12-25T14:00:00Z",
    "arrival_ts": "2026-12-25T23:40:00Z",
    "available_seats": 17,
    "price": "42000.00",
    "version": 1,
    "cabin": None,
}
CABIN: Final = {
    "name": "C208-9",
    "aircraft": "Cessna Caravan",
    "seats": 9,
    "sections": [
        {
            "cabin_class": "economy",
            "columns": ["A", None, "C", "D"],
            "rows": [
                {"number": 1, "exit": True, "seats": ["1A", None, "1C", "1D"]},
                {"number": 2, "exit": False, "seats": ["2A", None, "2C", "2D"]},
                {"number": 3, "exit": False, "seats": ["3A", None, "3C", "3D"]},
            ],
        }
    ],
    "blocked": [],
}
MUMBAI: Final = {"name": "Mumbai", "iata": "BOM", "city": "Mumbai", "country": "IN", "timezone": "Asia/Kolkata"}

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "FlightBody": {
        "daily_flight": {
            "flight_number": "AI-202",
            "source": "Delhi",
            "destination": "Mumbai",
            "departure_ts": DEPARTURE,
            "arrival_ts": ARRIVAL,
            "total_seats": 180,
            "price": "7500.00",
            "currency": "INR",
            "cabin": "A320-180",
        }
    },
    "FlightCancellationBody": {"fog": {"reason": "Fog at Delhi."}},
}

RESPONSES: Final[dict[str, Any]] = {
    "CabinView": CABIN,
    "SeatMapView": {"flight_id": FLIGHT, "cabin": CABIN, "taken": ["1A", "2D"], "best": ["2A", "2C"]},
    "FlightView": FLIGHT_VIEW,
    "FlightPage": {"data": [FLIGHT_VIEW], "next_cursor": None},
    "AirportView": MUMBAI,
    "ItinerariesView": {
        "data": [
            {
                "segments": [FLIGHT_VIEW, ONWARD],
                "stops": 1,
                "duration_minutes": 820,
                "total_price": "49500.00",
                "currency": "INR",
                "available_seats": 17,
            }
        ],
        "complete": True,
        "currencies": ["INR"],
    },
    "CalendarView": {"data": [{"date": "2026-12-25", "flights": 9, **LOWEST, "prices": [LOWEST]}]},
    "InventoryView": {"total": 180, "held": 6, "sold": 132, "free": 42, "redis_free": 42, "drift": 0},
    "FlightCancellationAccepted": {
        "job_id": CANCELLATION,
        "status": "PENDING",
        "status_url": f"/api/v1/jobs/{CANCELLATION}",
    },
}
