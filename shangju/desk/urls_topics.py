"""Addresses of the topics."""

from django.urls import path

from shangju.desk.views import topics

app_name = "topics"

urlpatterns = [
    path("", topics.listing, name="list"),
    path("<int:pk>/", topics.topic, name="topic"),
    path("<int:pk>/<str:move>/", topics.make_move, name="move"),
]
