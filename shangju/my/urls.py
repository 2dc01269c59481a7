"""Addresses."""

app_name = "my"
urlpatterns: list[object] = []
