"""Addresses, all below ``/api/v1/``."""

from shangju.api.interface import addresses

app_name = "api"
urlpatterns = addresses()
