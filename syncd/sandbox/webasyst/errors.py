"""How a method of the Webasyst shop ends when it does not answer normally (contracts/webasyst §2)."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An error answer `{"error": code, ...}`; the status may well be 200 (contracts/webasyst §0.1)."""

    def __init__(self, status: int, code: str, description: str | None = None, **extra: Any) -> None:
        super().__init__(description or code)
        self.status = status
        self.body: dict[str, Any] = {"error": code, **extra}
        if description is not None:
            self.body["error_description"] = description


class PhpFatal(Exception):
    """A PHP fatal error: 500, text/html, empty body (contracts/webasyst §2)."""


def not_found(what: str) -> ApiError:
    """404 invalid_param "<what> not found."."""
    return ApiError(404, "invalid_param", f"{what} not found.")


def missing(name: str) -> ApiError:
    """400 for a required parameter that is absent or falsy (contracts/webasyst §1.5)."""
    return ApiError(400, "invalid_param", f"Required parameter is missing: “{name}”.")


def server_error(text: str | None = None) -> ApiError:
    """500 server_error."""
    return ApiError(500, "server_error", text)


def database_error() -> ApiError:
    """500 for a value the column cannot hold (contracts/webasyst §2)."""
    return server_error("Database error. See log files for details.")


def denied(status: int = 403) -> ApiError:
    """Access denied without a description (contracts/webasyst §1.5)."""
    return ApiError(status, "access_denied")
