"""Addresses of the supervision desk."""

from django.urls import path

from shangju.desk.views import reveals, supervision

app_name = "supervision"

urlpatterns = [
    path("", supervision.listing, name="list"),
    path("reveals/", reveals.reveals, name="reveals"),
]
