"""Reading the tree. It is small, read by every page and hardly ever changed, so each process keeps a copy.

The copy is checked against the database by one small query at each use: an edit made in another process and
a transaction that was rolled back are both noticed at once.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Max, Sum

from shangju.categories.models import Category

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Branch:
    """A root with its leaves in use, as a picker shows them."""

    root: Category
    leaves: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """All categories, read once."""

    branches: tuple[Branch, ...]
    by_code: dict[str, Category] = field(repr=False)

    @property
    def leaves(self) -> tuple[Category, ...]:
        """All leaves in use, in order."""
        return tuple(leaf for branch in self.branches for leaf in branch.leaves)


_kept: dict[Stamp, Tree] = {}


def category_tree() -> Tree:
    """The tree for pickers: roots and leaves in use, in order. One query; two when it changed."""
    stamp = _stamp()
    tree = _kept.get(stamp)
    if tree is None:
        tree = _read()
        _kept.clear()
        _kept[stamp] = tree
    return tree


def category_by_code(code: str) -> Category | None:
    """The category with this code, also one no longer in use: old cases carry it."""
    return category_tree().by_code.get(code)


def forget_tree() -> None:
    """Drop this process's copy; the services call it after every write."""
    _kept.clear()


def _stamp() -> Stamp:
    row = Category.objects.aggregate(rows=Count("pk"), newest=Max("pk"), editions=Sum("edition"))
    return row["rows"], row["newest"] or 0, row["editions"] or 0


def _read() -> Tree:
    everything = list(Category.objects.order_by("position", "code"))
    by_pk = {category.pk: category for category in everything}
    for category in everything:
        if category.parent_id is not None:
            category.parent = by_pk[category.parent_id]
    in_use = [category for category in everything if category.is_active]
    branches = tuple(
        Branch(root=root, leaves=tuple(leaf for leaf in in_use if leaf.parent_id == root.pk))
        for root in in_use
        if root.parent_id is None
    )
    return Tree(branches=branches, by_code={category.code: category for category in everything})
