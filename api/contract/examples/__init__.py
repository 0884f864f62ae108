"""An example of each request and response body, as JSON, by the name of its schema.

The examples belong together: Asha books a flight from Delhi to Mumbai, and an administrator maintains the schedule. The tests validate each
example against its schema, and fail for an operation without an example.
"""
