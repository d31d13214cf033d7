"""A clinic to try the hotline on: patients, appointments and prescriptions, kept in memory.

The same on every machine; days are counted from today. Nothing outlives the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from threading import Lock
from typing import Any

_BOOKABLE_DAYS = 14
_TIMES = ("9:30", "11:15", "14:45")
_DOCTORS = ("Doctor Chen", "Doctor Okafor", "Doctor Reed")
_REMEMBERED = 4_096
"""Results of actions kept for their keys."""
_READY_AFTER = 2
"""Days until a prescription can be picked up."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time with a doctor."""

    day: date
    time: str
    doctor: str

    def facts(self) -> dict[str, str]:
        """Return what may be told of it."""
        return {"day": self.day.isoformat(), "time": self.time, "doctor": self.doctor}


@dataclass(slots=True)
class Patient:
    """Somebody whom the clinic knows."""

    number: str
    birth_year: str
    appointment: Appointment | None = None
    medicine: str = ""
    renewable: bool = True
    ordered: date | None = None
    """Day on which the renewed prescription is ready."""


class DemoClinic:
    """The clinic's book. Safe to share between threads."""

    def __init__(self, today: Callable[[], date] = date.today, *, full: bool = False) -> None:
        """
        Args:
            today: Today's date.
            full: No time is free.
        """
        self._today = today
        self._full = full
        self._lock = Lock()
        self._done: dict[str, dict[str, Any]] = {}
        self._call_backs: dict[str, str] = {}
        self._patients = {patient.number: patient for patient in _book(today())}

    def patients(self) -> tuple[Patient, ...]:
        """Return everybody whom the clinic knows, as of now."""
        with self._lock:
            return tuple(replace(patient) for patient in self._patients.values())

    def tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        """Return the actions that a hotline can call."""
        return {
            "verify_patient": self.verify_patient,
            "find_appointment": self.find_appointment,
            "find_free_time": self.find_free_time,
            "book_appointment": self.book_appointment,
            "cancel_appointment": self.cancel_appointment,
            "find_prescription": self.find_prescription,
            "renew_prescription": self.renew_prescription,
            "request_call_back": self.request_call_back,
        }

    def verify_patient(self, patient: str, birth_year: str) -> dict[str, Any]:
        """Compare what a caller says with what is on file."""
        with self._lock:
            known = self._patients.get(patient)
            fits = known is not None and known.birth_year == birth_year
            return {"outcome": "verified" if fits else "unverified"}

    def find_appointment(self, patient: str) -> dict[str, Any]:
        """Look a patient's next appointment up."""
        with self._lock:
            known = self._patients.get(patient)
            if known is None:
                return {"outcome": "unknown"}
            if known.appointment is None:
                return {"outcome": "none"}
            return self._told("booked", known.appointment)

    def find_free_time(self, patient: str) -> dict[str, Any]:
        """Look the next free time up; it is not kept for the patient yet."""
        with self._lock:
            known = self._patients.get(patient)
            if known is None:
                return {"outcome": "unknown"}
            if known.appointment is not None:
                return self._told("already", known.appointment)
            free = self._free()
            return self._told("free", free) if free else {"outcome": "full"}

    def book_appointment(self, patient: str, call_key: str) -> dict[str, Any]:
        """Book the next free time."""
        with self._lock:
            if (done := self._done.get(call_key)) is not None:
                return done
            known = self._patients.get(patient)
            if known is None:
                return {"outcome": "unknown"}
            free = self._free()
            if free is None:
                return {"outcome": "taken"}
            known.appointment = free
            return self._did(call_key, self._told("booked", free))

    def cancel_appointment(self, patient: str, call_key: str) -> dict[str, Any]:
        """Cancel a patient's appointment."""
        with self._lock:
            if (done := self._done.get(call_key)) is not None:
                return done
            known = self._patients.get(patient)
            if known is None:
                return {"outcome": "unknown"}
            if known.appointment is None:
                return {"outcome": "none"}
            told = self._told("cancelled", known.appointment)
            known.appointment = None
            return self._did(call_key, told)

    def find_prescription(self, patient: str) -> dict[str, Any]:
        """Look up whether a prescription can be renewed without a visit."""
        with self._lock:
            known = self._patients.get(patient)
            if known is None:
                return {"outcome": "unknown"}
            if not known.medicine:
                return {"outcome": "none"}
            outcome = "renewable" if known.renewable else "needs_visit"
            return {"outcome": outcome, "medicine": known.medicine}

    def renew_prescription(self, patient: str, call_key: str) -> dict[str, Any]:
        """Order a prescription again."""
        with self._lock:
            if (done := self._done.get(call_key)) is not None:
                return done
            known = self._patients.get(patient)
            if known is None:
                return {"outcome": "unknown"}
            if not known.medicine or not known.renewable:
                return {"outcome": "needs_visit"}
            outcome = "ordered" if known.ordered is None else "already"
            known.ordered = known.ordered or self._today() + timedelta(days=_READY_AFTER)
            told = {
                "outcome": outcome,
                "medicine": known.medicine,
                "ready": known.ordered.isoformat(),
                "today": self._today().isoformat(),
            }
            return self._did(call_key, told)

    def request_call_back(self, phone: str, about: str, call_key: str) -> dict[str, Any]:
        """Note that somebody has to be called."""
        with self._lock:
            if (done := self._done.get(call_key)) is not None:
                return done
            if phone in self._call_backs:
                return {"outcome": "already"}
            self._call_backs[phone] = about
            return self._did(call_key, {"outcome": "noted"})

    def _free(self) -> Appointment | None:
        taken = {patient.appointment for patient in self._patients.values()}
        for ahead in range(1, 0 if self._full else _BOOKABLE_DAYS + 1):
            day = self._today() + timedelta(days=ahead)
            if day.weekday() >= 5:
                continue
            for time, doctor in zip(_TIMES, _DOCTORS, strict=True):
                if (free := Appointment(day, time, doctor)) not in taken:
                    return free
        return None

    def _told(self, outcome: str, appointment: Appointment) -> dict[str, Any]:
        return {
            "outcome": outcome,
            **appointment.facts(),
            "today": self._today().isoformat(),
        }

    def _did(self, call_key: str, result: dict[str, Any]) -> dict[str, Any]:
        self._done[call_key] = result
        if len(self._done) > _REMEMBERED:
            self._done.pop(next(iter(self._done)))
        return result


def _book(today: date) -> tuple[Patient, ...]:
    """Return who is known: some with an appointment, some with a prescription."""

    def at(days: int, time: str, doctor: str) -> Appointment:
        return Appointment(today + timedelta(days=days), time, doctor)

    tablets, drops = "your blood pressure tablets", "your eye drops"
    return (
        Patient("204518", "1974", at(3, "10:00", "Doctor Reed"), tablets),
        Patient("318846", "1990", None, "your inhaler", renewable=False),
        Patient("450937", "1958", None, "your thyroid tablets"),
        Patient("562071", "2001"),
        Patient("127364", "1983", at(2, "8:30", "Doctor Chen")),
        Patient("139052", "1966", at(5, "16:15", "Doctor Okafor"), "your thyroid tablets"),
        Patient("246617", "1949", at(8, "10:30", "Doctor Reed"), drops, renewable=False),
        Patient("271830", "2003", at(1, "12:00", "Doctor Chen")),
        Patient("305589", "1995", None, drops),
        Patient("362204", "1971", None, tablets),
        Patient("408153", "1988"),
        Patient("413796", "1962", at(6, "8:30", "Doctor Okafor"), tablets),
        Patient("527749", "1979", None, "your skin cream", renewable=False),
        Patient("580016", "1999"),
        Patient("619423", "1955", at(4, "10:00", "Doctor Chen"), "your inhaler"),
        Patient("640378", "1992"),
        Patient("735591", "1986", at(9, "12:00", "Doctor Reed")),
        Patient("758862", "1970", None, "your skin cream"),
        Patient("812047", "2000"),
        Patient("864930", "1945", at(7, "16:15", "Doctor Chen"), tablets),
    )


@cache
def _clinic() -> DemoClinic:
    return DemoClinic()


def tools() -> Mapping[str, Callable[..., Mapping[str, Any]]]:
    """Return the tools of the process's clinic; the domain.toml of the hotline asks for them."""
    return _clinic().tools()
