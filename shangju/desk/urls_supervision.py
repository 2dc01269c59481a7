"""Addresses of the supervision desk."""

from django.urls import path

from shangju.desk.views import cards, ladder, measures, orders, reveals, supervision, task_forces

app_name = "supervision"

urlpatterns = [
    path("", supervision.listing, name="list"),
    path("urge/", supervision.urge, name="urge"),
    path("orders/", orders.orders, name="orders"),
    path("ladder/", ladder.ladder, name="ladder"),
    path("measures/", measures.measures, name="measures"),
    path("measures/rows/", measures.measure_rows, name="measure-rows"),
    path("measures/settings/", measures.measure_settings, name="measure-settings"),
    path("reveals/", reveals.reveals, name="reveals"),
    path("cards/", cards.cards, name="cards"),
    path("cards/start/", cards.start, name="start_card"),
    path("cards/propose/", cards.propose, name="propose_card"),
    path("cards/<int:pk>/", cards.card, name="card"),
    path("cards/<int:pk>/<str:step>/", cards.step, name="card_step"),
    path("task-forces/", task_forces.task_forces, name="task_forces"),
    path("task-forces/set-up/", task_forces.set_up, name="set_up_task_force"),
    path("task-forces/members/<int:pk>/end/", task_forces.end_member, name="end_task_force_member"),
    path("task-forces/<int:pk>/", task_forces.task_force, name="task_force"),
    path("task-forces/<int:pk>/change/", task_forces.change, name="change_task_force"),
    path("task-forces/<int:pk>/end/", task_forces.end, name="end_task_force"),
    path("task-forces/<int:pk>/members/", task_forces.add_member, name="add_task_force_member"),
    path("task-forces/<int:pk>/brief/", task_forces.brief, name="brief"),
    path("task-forces/<int:pk>/brief.txt", task_forces.brief_text, name="brief_text"),
    path("entrust/", supervision.entrust, name="entrust"),
    path("release/<str:number>/", task_forces.release, name="release"),
]
