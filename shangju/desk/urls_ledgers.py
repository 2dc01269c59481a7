"""Addresses of the ledgers and of the log of exports."""

from django.urls import path

from shangju.desk.views import exports, ledgers

app_name = "ledgers"

urlpatterns = [
    path("", ledgers.listing, name="list"),
    path("kind/<str:kind>/", ledgers.ledger, name="kind"),
    path("kind/<str:kind>/keep/", ledgers.keep, name="keep"),
    path("kind/<str:kind>/export/", exports.ask, name="export"),
    path("views/<int:pk>/", ledgers.saved, name="view"),
    path("views/<int:pk>/remove/", ledgers.remove, name="remove"),
    path("exports/", exports.log, name="exports"),
    path("exports/<int:pk>/", exports.row, name="row"),
    path("exports/<int:pk>/file/", exports.file, name="file"),
    path("exports/<int:pk>/take/", exports.take, name="take"),
    path("exports/<int:pk>/decide/", exports.decide, name="decide"),
]
