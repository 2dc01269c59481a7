import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThan


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField(verbose_name="Width")),
                ("height", models.PositiveIntegerField(verbose_name="Height")),
                ("byte_size", models.PositiveIntegerField(verbose_name="Size in bytes")),
                ("image", models.FileField(upload_to="", verbose_name="Picture")),
                ("thumbnail", models.FileField(upload_to="", verbose_name="Small picture")),
                ("uploaded_at", models.DateTimeField(verbose_name="Uploaded at")),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="Claimed at")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("uploaded_at", "pk"),
                "indexes": [
                    models.Index(
                        fields=["uploaded_at"],
                        name="photo_unclaimed",
                        condition=models.Q(("claimed_at__isnull", True)),
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="photo_sha256_length"),
                    models.CheckConstraint(
                        condition=models.Q(("byte_size__gt", 0), ("height__gt", 0), ("width__gt", 0)),
                        name="photo_sizes_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            GreaterThan(Length("image"), 0),
                            GreaterThan(Length("thumbnail"), 0),
                        ),
                        name="photo_files_named",
                    ),
                    models.UniqueConstraint(fields=("image",), name="photo_image_once"),
                    models.UniqueConstraint(fields=("thumbnail",), name="photo_thumbnail_once"),
                ],
            },
        ),
    ]
