"""What an installation holds of the drill R4: keys of concerns, photos, and how many of them have both files."""

import json


def main() -> None:
    """Look, print one line of JSON."""
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from django.core.files.storage import default_storage  # noqa: PLC0415 - after setup

    from shangju.cases.models import IdempotencyKey  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup
    from shangju.photos.models import Photo  # noqa: PLC0415 - after setup

    with everywhere(EverywhereReason.VERIFICATION):
        keys = [key.removeprefix("api:") for key in IdempotencyKey.objects.values_list("key", flat=True)]
    photos = list(Photo.objects.all())
    whole = sum(
        default_storage.exists(str(photo.image.name)) and default_storage.exists(str(photo.thumbnail.name))
        for photo in photos
    )
    print(json.dumps({"keys": keys, "photos": len(photos), "files": whole}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
