"""Pictures: decoded, re-encoded, stripped, and shown only to who may see them."""

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """Pictures: decoded, re-encoded, stripped, and shown only to who may see them."""

    name = "shangju.photos"
    label = "photos"
