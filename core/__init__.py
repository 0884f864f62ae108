"""The domain of Skyqueue."""

__version__ = "0.1.0"
"""Of the whole product, and written nowhere else: the package and the API document take it from here, and so does a source tree that
was never installed, such as the one in the container image."""
