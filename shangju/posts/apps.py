"""Posts in areas, appointments to them, and the rights and scope that follow."""

from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Posts in areas, appointments to them, and the rights and scope that follow."""

    name = "shangju.posts"
    label = "posts"
