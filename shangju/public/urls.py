"""Addresses of the resident's pages. They go out compressed: a phone far from its mast has 400 kbit/s."""

from django.urls import path
from django.views.decorators.gzip import gzip_page

from shangju.public import (
    board_views,
    me_too_views,
    open_figures_views,
    own_data,
    place_views,
    views,
    views_help,
)

app_name = "public"

urlpatterns = [
    path("", gzip_page(views.home), name="home"),
    path("report/", gzip_page(views.report), name="report"),
    path("report/offline/", gzip_page(views.report_shell), name="report_shell"),
    path("report/service-worker.js", views.report_worker, name="report_worker"),
    path("report/places/", gzip_page(views.places), name="places"),
    path("report/received/", gzip_page(views.received), name="received"),
    path("report/me-too/", me_too_views.me_too, name="me_too"),
    path("report/me-too/received/", gzip_page(me_too_views.endorsed), name="endorsed"),
    path("me-too/<str:code>/", gzip_page(me_too_views.endorsement), name="endorsement"),
    path("me-too/<str:code>/withdraw/", me_too_views.withdraw, name="withdraw_endorsement"),
    path("q/<str:place>/", gzip_page(place_views.at_place), name="place"),
    path("q/m/<int:member>/", gzip_page(place_views.at_member), name="member_place"),
    path("track/", gzip_page(views.track), name="track"),
    path("track/<str:code>/", gzip_page(views.case), name="case"),
    path("track/<str:code>/confirm/", views.confirm, name="confirm"),
    path("track/<str:code>/words/", views.add_words, name="add_words"),
    path("track/<str:code>/protect/", views.protect, name="protect"),
    path("track/<str:code>/withdraw/", views.withdraw, name="withdraw"),
    path("track/<str:code>/photos/<uuid:photo_id>/<str:size>/", views.photo, name="photo"),
    path("help/", gzip_page(views_help.help_list), name="help"),
    path("help/<int:pk>/", gzip_page(views_help.article), name="help_article"),
    path("help/<int:pk>/opinion/", views_help.opinion, name="help_opinion"),
    path("board/", gzip_page(board_views.board), name="board"),
    path("figures/", gzip_page(open_figures_views.page), name="figures"),
    path("figures/table.csv", gzip_page(open_figures_views.table), name="figures_table"),
    path("track/<str:code>/data/", gzip_page(own_data.own_data), name="own_data"),
    path("track/<str:code>/data/export/", own_data.export_own_data, name="export_own_data"),
    path("track/<str:code>/data/forget/", own_data.forget_contact, name="forget_contact"),
    path(
        "track/<str:code>/data/requests/<int:pk>/<str:step>/",
        own_data.data_request_step,
        name="data_request_step",
    ),
    path("me-too/<str:code>/export/", me_too_views.export_endorsement, name="export_endorsement"),
    path("track/<str:code>/data/ask/<str:kind>/", own_data.ask_about_data, name="ask_about_data"),
    path("privacy/", gzip_page(views.privacy), name="privacy"),
    path("privacy/<slug:version>/", gzip_page(views.privacy), name="privacy_version"),
]
