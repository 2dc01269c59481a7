"""Addresses of the topics."""

from django.urls import path

from shangju.desk.views import topic_gathering, topics

app_name = "topics"

urlpatterns = [
    path("", topics.listing, name="list"),
    path("gather/", topic_gathering.gather, name="gather"),
    path("<int:pk>/", topics.topic, name="topic"),
    path("<int:pk>/<str:move>/", topics.make_move, name="move"),
]
