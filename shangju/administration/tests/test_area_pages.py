"""The tree of areas by forms: searched, added to, renamed, moved, outlined, retired."""

import pytest
from django.urls import reverse

from shangju.administration.tests.world import World, signed_in
from shangju.areas.models import AddressEntry, Area
from shangju.core.models import AuditEvent
from shangju.parties.models import Party
from shangju.posts.models import Post

pytestmark = pytest.mark.django_db


def test_the_tree_shows_counts_and_warns_of_odd_micro_grids(world: World) -> None:
    page = signed_in("system-one").get(reverse("administration:areas")).content.decode()
    assert "东一微网格" in page
    assert "东里1幢" not in page
    assert "outside 50–100" not in page
    Area.objects.filter(pk=world.tree["micro"].pk).update(households=30)
    assert (
        "1 micro-grid outside 50–100 households"
        in signed_in("system-one").get(reverse("administration:areas")).content.decode()
    )


@pytest.mark.parametrize(
    ("words", "found"), [("东里", True), ("A1G1W1B1", True), ("八叉", True), ("没有", False)]
)
def test_search_finds_names_codes_and_addresses(world: World, words: str, found: bool) -> None:
    page = signed_in("system-one").get(reverse("administration:areas"), {"q": words}).content.decode()
    assert ("No area found" not in page) is found


def test_an_area_is_added_renamed_moved_outlined_and_retired_by_forms(world: World) -> None:
    client, tree = signed_in("system-one"), world.tree
    add = reverse("administration:add_area") + f"?parent={tree['first'].pk}"
    entered = {
        "kind": "grid",
        "grid_type": "general",
        "code": "A1G9",
        "name": "东九网格",
        "households": "300",
    }
    assert client.post(add, entered).status_code == 302
    area = Area.objects.get(code="A1G9")
    assert (area.parent_id, area.households) == (tree["first"].pk, 300)
    again = client.post(add, entered)
    assert again.status_code == 422
    assert again.context["form"].errors["code"]
    assert again.context["form"]["name"].value() == "东九网格"

    def post(page: str, **data: object) -> int:
        return client.post(reverse(f"administration:{page}", args=[area.pk]), data).status_code

    assert post("rename_area", name="九网格", reason="更正") == 302
    assert post("rename_area", name="", reason="更正") == 422
    assert post("outline", outline='{"type": "Point"}', datum="wgs84") == 422
    assert post("outline", outline="[1", datum="wgs84") == 422
    ring = "[[119.45,32.21],[119.46,32.21],[119.46,32.22],[119.45,32.21]]"
    assert post("outline", outline=f'{{"type":"Polygon","coordinates":[{ring}]}}', datum="bd09") == 302
    assert post("move_area", parent=tree["grid"].pk, reason="r") == 422
    assert post("move_area", parent=tree["second"].pk, reason="区划调整") == 302
    assert post("add_address", shown_as="九号巷") == 302
    assert "<svg" in client.get(reverse("administration:area", args=[area.pk])).content.decode()
    entry = AddressEntry.objects.get(area=area)
    assert client.post(reverse("administration:remove_address", args=[area.pk, entry.pk])).status_code == 302
    assert post("retire_area", on="2026-12-01", reason="合并") == 302
    assert post("retire_area", on="2026-12-01", reason="合并") == 409
    stored = Area.objects.get(pk=area.pk)
    assert stored.path.startswith(tree["second"].path)
    assert stored.name == "九网格"
    assert str(stored.retired_on) == "2026-12-01"
    by = set(
        AuditEvent.objects.filter(object_type="areas.area", object_id=str(area.pk)).values_list(
            "actor__username", flat=True
        )
    )
    assert by == {"system-one"}


def test_an_area_with_posts_or_members_cannot_be_retired(world: World) -> None:
    client = signed_in("system-one")
    Area.objects.filter(path__startswith=world.tree["micro"].path).update(retired_on="2026-01-01")
    address = reverse("administration:retire_area", args=[world.tree["grid"].pk])
    refused = client.post(address, {"on": "2026-12-01", "reason": "r"})
    assert refused.status_code == 422
    assert "Posts of this area" in refused.content.decode()
    Post.objects.update(retired_on="2026-01-01")
    refused = client.post(address, {"on": "2026-12-01", "reason": "r"})
    assert refused.status_code == 422
    assert "Members have" in refused.content.decode()
    assert Area.objects.get(pk=world.tree["grid"].pk).retired_on is None
    Party.objects.update(status="left")
    assert client.post(address, {"on": "2026-12-01", "reason": "r"}).status_code == 302
