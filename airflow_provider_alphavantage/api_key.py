"""How the key reaches the API, and nothing else."""

from __future__ import annotations

import logging
import re

from requests import PreparedRequest
from requests.auth import AuthBase


class ApiKey(AuthBase):
    """Adds the key when a request is prepared, so it is in no parameter, template or repr."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.prepare_url(request.url, {"apikey": self.key})
        return request


def hide_keys(record: logging.LogRecord) -> bool:
    """A logging filter: added again and again, it is there once."""
    message = record.getMessage()
    if "apikey=" in message:
        record.msg, record.args = re.sub(r"apikey=[^&\s\"']*", "apikey=[API key]", message), ()
    return True
