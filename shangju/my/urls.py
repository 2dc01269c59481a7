"""Addresses of the signed-in person's own pages, compressed as the resident's are."""

from django.urls import path
from django.views.decorators.gzip import gzip_page

from shangju.my import cards, notice_settings, own_data, stakes, views

app_name = "my"

urlpatterns = [
    path("", gzip_page(views.home), name="home"),
    path("notices/", gzip_page(views.notices), name="notices"),
    path("notices/read/", views.read_notices, name="read_notices"),
    path("notices/settings/", gzip_page(notice_settings.notice_settings), name="notice_settings"),
    path("today/", gzip_page(notice_settings.today), name="today"),
    path("stakes/", gzip_page(stakes.stakes), name="stakes"),
    path("reports/", gzip_page(views.reports), name="reports"),
    path("data/", gzip_page(own_data.own_data), name="own_data"),
    path("data/export/", own_data.export_own_data, name="export_own_data"),
    path("data/requests/<int:pk>/<str:step>/", own_data.data_request_step, name="data_request_step"),
    path("data/ask/", own_data.ask_about_data, name="ask_about_data"),
    path("cards/", gzip_page(cards.cards), name="cards"),
    path("cards/<int:pk>/", gzip_page(cards.card), name="card"),
    path("concerns/", gzip_page(views.concerns), name="concerns"),
    path("concerns/<str:number>/", gzip_page(views.concern), name="concern"),
    path("concerns/<str:number>/moves/<str:move>/", views.make_move, name="move"),
]
