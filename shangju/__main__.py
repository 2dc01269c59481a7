"""``python -m shangju`` is the ``shangju`` command."""

from shangju.cli import main

if __name__ == "__main__":
    main()
