"""The system's own settings with a gateway that writes keys to a file, and a webhook that the drill itself receives."""

from ipaddress import ip_network

from shangju.config.settings import *  # noqa: F403 - everything but two lines is the real thing

GATEWAYS = {"sms": "tests.drills.gateway.AppendingGateway"}
WEBHOOK_NETWORKS = (ip_network("127.0.0.0/8"),)
