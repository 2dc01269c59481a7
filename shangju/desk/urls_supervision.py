"""Addresses of the supervision desk."""

from django.urls import path

from shangju.desk.views import ladder, measures, orders, reveals, supervision

app_name = "supervision"

urlpatterns = [
    path("", supervision.listing, name="list"),
    path("urge/", supervision.urge, name="urge"),
    path("orders/", orders.orders, name="orders"),
    path("ladder/", ladder.ladder, name="ladder"),
    path("measures/", measures.measures, name="measures"),
    path("measures/rows/", measures.measure_rows, name="measure-rows"),
    path("measures/settings/", measures.measure_settings, name="measure-settings"),
    path("reveals/", reveals.reveals, name="reveals"),
]
