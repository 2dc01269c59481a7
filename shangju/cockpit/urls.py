"""Addresses of the wall screen."""

from django.urls import path

from shangju.cockpit import views

app_name = "cockpit"

urlpatterns = [
    path("", views.home, name="home"),
    path("<str:area>/", views.wall, name="wall"),
    path("<str:area>/figures/", views.figures, name="figures"),
    path("<str:area>/rows/", views.rows, name="rows"),
]
