"""The domain of Skyqueue."""

__version__ = "0.1.0"
"""The version of the whole product. It is defined only here: the package, the API document and the container image read it from
here.
"""
