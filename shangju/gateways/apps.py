"""Ways out of the system (SMS, e-mail, WeCom) behind one interface."""

from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    """Ways out of the system (SMS, e-mail, WeCom) behind one interface."""

    name = "shangju.gateways"
    label = "gateways"
