import core  # noqa: F401  # before redis-py: see there
