"""A whole request or response for each shape that an operation takes or gives, as JSON, by the name of its schema.

They tell one story: Asha books a flight from Delhi to Mumbai, and an administrator keeps the schedule. The tests hold each example to its
schema, and fail for an operation that has none.
"""
