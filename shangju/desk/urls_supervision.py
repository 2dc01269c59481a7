"""Addresses of the supervision desk."""

from django.urls import path

from shangju.desk.views import ladder, orders, reveals, supervision

app_name = "supervision"

urlpatterns = [
    path("", supervision.listing, name="list"),
    path("urge/", supervision.urge, name="urge"),
    path("orders/", orders.orders, name="orders"),
    path("ladder/", ladder.ladder, name="ladder"),
    path("reveals/", reveals.reveals, name="reveals"),
]
