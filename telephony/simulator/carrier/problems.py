"""Errors of the REST API, with Twilio's codes and words (twilio.com/docs/api/errors)."""

from __future__ import annotations


class Problem(Exception):
    """A request is refused.

    Args:
        status: HTTP status.
        code: Twilio's error code.
        message: As in the body; holds no secrets.
        mistake: Whether a correct client never gets it, so that it belongs in the error log.
    """

    def __init__(self, status: int, code: int, message: str, *, mistake: bool = False) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.mistake = mistake
        super().__init__(message)

    def body(self) -> dict[str, object]:
        """Return the JSON body."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> Problem:
    """Return the answer to a resource that is not there."""
    return Problem(404, 20404, f"The requested resource {path} was not found")


def unauthorised() -> Problem:
    """Return the answer to wrong credentials."""
    return Problem(401, 20003, "Authenticate")


def too_many() -> Problem:
    """Return the answer to too many requests at once."""
    return Problem(429, 20429, "Too Many Requests")


def not_in_progress() -> Problem:
    """Return the answer to instructions for a call that has ended."""
    return Problem(400, 21220, "Call is not in-progress. Cannot redirect.")


def invalid_parameter(what: str) -> Problem:
    """Return the answer to a parameter that does not exist or does not fit."""
    return Problem(400, 20001, f"Bad request: {what}", mistake=True)


def invalid_number(field: str, number: str) -> Problem:
    """Return the answer to an address that cannot be dialled."""
    code = 21212 if field == "From" else 21211
    return Problem(400, code, f"Invalid '{field}' Phone Number: {number}", mistake=True)


def not_ours(number: str) -> Problem:
    """Return the answer to a caller identity that the account does not own."""
    return Problem(
        400,
        21210,
        f"The source phone number provided, {number}, is not yet verified for your account.",
        mistake=True,
    )
