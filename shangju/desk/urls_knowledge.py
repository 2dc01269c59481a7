"""Addresses of the knowledge base's staff pages."""

from django.urls import path

from shangju.desk.views import knowledge

app_name = "knowledge"

urlpatterns = [
    path("", knowledge.listing, name="list"),
    path("new/", knowledge.write, name="write"),
    path("<int:pk>/", knowledge.article, name="article"),
    path("<int:pk>/revise/", knowledge.revise, name="revise"),
    path("<int:pk>/versions/<int:number>/", knowledge.version, name="version"),
    path("<int:pk>/moves/<str:move>/", knowledge.make_move, name="move"),
]
