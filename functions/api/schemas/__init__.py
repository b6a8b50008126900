"""The schemas of the OpenAPI document."""
