"""``python -m daylight`` is the ``daylight`` command."""

from daylight.cli.main import main

if __name__ == "__main__":
    main()
