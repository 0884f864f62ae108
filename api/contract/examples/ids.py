"""The ids and times that the examples share."""

from __future__ import annotations

from typing import Final

ASHA: Final = "019a8c1e-5b00-7c31-9f0a-6f1d5a2b7c01"
ADMIN: Final = "019a8c1e-5b00-7c31-9f0a-6f1d5a2b7c02"
SESSION: Final = "019a8c1e-5b00-7c31-9f0a-6f1d5a2b7c03"
FLIGHT: Final = "019a8c20-1d40-7e55-8a3c-2b9f4e6d8001"
CONNECTION: Final = "019a8c20-1d40-7e55-8a3c-2b9f4e6d8002"
BOOKING: Final = "019a8c22-9f10-7b42-b1d7-3c5e7a9b1d01"
PAYMENT: Final = "019a8c22-a0c8-7f10-9c2e-4d6f8b0c2e01"
QUOTE: Final = "019a8c2a-41e0-7a66-8d3f-5e7a9c1d3f01"
PLACE_IN_LINE: Final = "019a8c2b-7350-7d88-9e40-6f8b0d2e4001"
IMPORT: Final = "019a8c2c-15a8-7c99-8f51-709c1e3f5101"
CANCELLATION: Final = "019a8c2d-b7f8-7baa-9062-81ad2f406201"
LETTER: Final = "019a8c2e-5a50-7abb-a173-92be30517301"
ENTRY: Final = "019a8c2f-fca0-79cc-b284-a3cf41628401"
WORKER: Final = "019a8c1d-2e30-78dd-8395-b4d052739501"

DEPARTURE: Final = "2026-12-25T10:00:00Z"
ARRIVAL: Final = "2026-12-25T12:10:00Z"
ACCEPTED: Final = "2026-12-01T09:30:00Z"
RESERVED: Final = "2026-12-01T09:30:00.041Z"
PAID: Final = "2026-12-01T09:30:00.320Z"
EXPIRES: Final = "2026-12-01T09:45:00Z"
