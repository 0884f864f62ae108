"""Names that people and other programs give the columns, in English, German, French, Spanish, Portuguese, Italian and Hindi.

They are suggested in the error and not accepted, because the guess may be wrong: `départ` is the place in one file and the time in another.
"""

from __future__ import annotations

from typing import Final

_LISTED: Final = {
    "flight_number": """
        flight, flight_no, flightno, flt, number, flight_id, flugnummer, flugnr, flug, numéro de vol, n° de vol, vol, número de vuelo, nº vuelo,
        vuelo, número do voo, voo, numero di volo, volo, उड़ान संख्या, उड़ान, फ्लाइट नंबर
    """,
    "source": """
        from, origin, departure_airport, dep, departure_place, departure_city, von, abflugort, startflughafen, abflughafen, startort, herkunft,
        origine, aéroport de départ, ville de départ, de, origen, desde, ciudad de origen, origem, da, aeroporto di partenza, से, स्रोत, प्रस्थान स्थान
    """,
    "destination": """
        to, dest, arrival_airport, arr, arrival_place, arrival_city, nach, ziel, zielort, zielflughafen, ankunftsort, à, aéroport d'arrivée,
        ville d'arrivée, vers, destino, hasta, para, destinazione, aeroporto di arrivo, तक, गंतव्य
    """,
    "departure_ts": """
        departure, departs, departure_time, departure_date, std, etd, depart, abflug, abflugzeit, startzeit, départ, heure de départ, salida,
        hora de salida, fecha de salida, partida, saída, partenza, ora di partenza, प्रस्थान, प्रस्थान समय
    """,
    "arrival_ts": """
        arrival, arrives, arrival_time, arrival_date, sta, eta, arrive, ankunft, ankunftszeit, landung, arrivée, heure d'arrivée, llegada,
        hora de llegada, fecha de llegada, chegada, arrivo, ora di arrivo, आगमन, आगमन समय
    """,
    "total_seats": """
        seats, capacity, seat_count, sitzplätze, plätze, sitze, kapazität, sièges, places, nombre de places, capacité, asientos, plazas,
        capacidad, assentos, lugares, posti, सीटें, कुल सीटें
    """,
    "price": """
        fare, amount, cost, preis, flugpreis, betrag, prix, tarif, precio, tarifa, importe, preço, prezzo, tariffa, किराया, मूल्य, कीमत
    """,
    "currency": "ccy, currency_code, cur, währung, devise, monnaie, moneda, divisa, moeda, valuta, मुद्रा",
    "cabin": "layout, cabin_layout, seat_map, kabine, cabine, cabina, केबिन",
}
OTHER_NAMES: Final = {name: tuple(" ".join(each.split()) for each in listed.split(",")) for name, listed in _LISTED.items()}
MEANT: Final = {other: name for name, others in OTHER_NAMES.items() for other in (name, *others)}
"""Each such name, and each column itself, with the column that it means."""
