"""Addresses of the signed-in person's own pages."""

from django.urls import path

from shangju.my import views

app_name = "my"

urlpatterns = [
    path("", views.home, name="home"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_notices, name="read_notices"),
    path("reports/", views.reports, name="reports"),
    path("concerns/", views.concerns, name="concerns"),
    path("concerns/<str:number>/", views.concern, name="concern"),
    path("concerns/<str:number>/moves/<str:move>/", views.make_move, name="move"),
]
