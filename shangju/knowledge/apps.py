"""The knowledge base: articles with versions, and the quick answers that they hold."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """The knowledge base: articles with versions, and the quick answers that they hold."""

    name = "shangju.knowledge"
    label = "knowledge"
