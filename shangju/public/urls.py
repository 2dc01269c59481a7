"""Addresses of the resident's pages."""

from django.urls import path

from shangju.public import views

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("report/", views.report, name="report"),
    path("report/places/", views.places, name="places"),
    path("report/received/", views.received, name="received"),
    path("track/", views.track, name="track"),
    path("track/<str:code>/", views.case, name="case"),
    path("track/<str:code>/confirm/", views.confirm, name="confirm"),
    path("track/<str:code>/words/", views.add_words, name="add_words"),
    path("track/<str:code>/withdraw/", views.withdraw, name="withdraw"),
    path("track/<str:code>/photos/<uuid:photo_id>/<str:size>/", views.photo, name="photo"),
    path("privacy/", views.privacy, name="privacy"),
]
