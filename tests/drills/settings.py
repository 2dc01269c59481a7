"""The system's own settings with a gateway that writes keys to a file."""

from shangju.config.settings import *  # noqa: F403 - everything but one line is the real thing

GATEWAYS = {"sms": "tests.drills.gateway.AppendingGateway"}
